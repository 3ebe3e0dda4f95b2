import type { WriteOptions } from '../../client/client.js';

/** How a command writes what a user wrote: a misspelt field is a mistake to hear of, not one to drop. */
export const AS_USER: WriteOptions = { fieldManager: 'trysail', fieldValidation: 'Strict' };
