/** RFC 9110 §5.6.2 token characters mapped to their lower case; 0 for anything else. */
export const TOKEN_LOWER: Uint8Array = (() => {
  const table = new Uint8Array(256);
  const token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const char of token) table[char.charCodeAt(0)] = char.toLowerCase().charCodeAt(0);
  return table;
})();

/** RFC 9110 §5.5 bytes of a field value: visible, space, tab and obs-text. NUL, CR, LF and other controls are 0. */
export const FIELD_VALUE: Uint8Array = (() => {
  const table = new Uint8Array(256).fill(1);
  for (let i = 0; i < 32; i++) table[i] = 0;
  table[9] = 1;
  table[127] = 0;
  return table;
})();

/** Bytes allowed in a request target: visible ASCII. */
export const TARGET: Uint8Array = (() => {
  const table = new Uint8Array(256).fill(1);
  for (let i = 0; i <= 32; i++) table[i] = 0;
  table.fill(0, 127);
  return table;
})();

/** Value of a hexadecimal digit, 255 for anything else. */
export const HEX: Uint8Array = (() => {
  const table = new Uint8Array(256).fill(255);
  for (let i = 0; i < 10; i++) table[48 + i] = i;
  for (let i = 0; i < 6; i++) {
    table[65 + i] = 10 + i;
    table[97 + i] = 10 + i;
  }
  return table;
})();

export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const COLON = 58;
export const SEMICOLON = 59;
