/** On a Node, with the value `true`: the node is to be switched off, as a machine that fails. */
export const STOPPED_ANNOTATION = 'trysail.io/stopped';
