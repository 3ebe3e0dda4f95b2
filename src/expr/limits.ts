/** An expression is a program: a longer one is refused before it is read. */
export const EXPRESSION_LENGTH_MAX_CHARS = 4_096;
/** Parentheses, calls and indexes inside one another. */
export const EXPRESSION_DEPTH_MAX = 64;
/** Literals, attributes, operators and calls; compiling and running recurse over chains of operators. */
export const EXPRESSION_NODES_MAX = 1_024;
/** Compiled patterns of one `matches` whose pattern is no literal. */
export const PATTERN_CACHE_MAX = 64;
/** The text of a pattern is a program too. */
export const PATTERN_LENGTH_MAX_CHARS = 1_024;
