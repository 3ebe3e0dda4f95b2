import { TrysailError } from '../base/errors.js';

/** An expression that cannot be used: what is wrong, and where in its text. */
export class ExpressionError extends TrysailError {
  /**
   * @param problem without the place, for example `unknown attribute source.lables`
   * @param offset where in `text` it begins, in UTF-16 units from 0
   */
  constructor(
    readonly problem: string,
    readonly text: string,
    readonly offset: number,
    hint?: string,
    /** The name that the vocabulary lacks, where that is all that is wrong: a manifest may yet declare it. */
    readonly unknownAttribute?: string,
  ) {
    const advice = hint === undefined ? '' : `; ${hint}`;
    super('INVALID_EXPRESSION', `${placeOf(text, offset)}: ${problem}${advice}`, hint);
  }

  /** From 1, in the line of the offset. */
  get column(): number {
    return this.offset - this.text.lastIndexOf('\n', this.offset - 1);
  }
}

/** `column 5`, and the line before it where the text has several. */
function placeOf(text: string, offset: number): string {
  const column = offset - text.lastIndexOf('\n', offset - 1);
  if (!text.trimEnd().includes('\n')) return `column ${column}`;
  return `line ${text.slice(0, offset).split('\n').length} column ${column}`;
}
