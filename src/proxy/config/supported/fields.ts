/**
 * Message type -> names of the fields that may be set, separated by blanks. A field that is not listed makes the proxy refuse the
 * whole resource. `field=A|B` allows only those values of an enum.
 */
export type SupportedFields = Readonly<Record<string, string>>;
