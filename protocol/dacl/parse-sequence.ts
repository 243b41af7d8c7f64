import {type LineReader, quote, readNumber} from '#protocol/dacl/line-reader.ts';

/** Up to here IOS numbers entries. */
export const mostSequence = 2_147_483_647;

/** Reads the number of an entry, which must come next. */
export function parseSequence(reader: LineReader): number | undefined {
  const token = reader.take();
  const sequence = token && readNumber(token.text);
  if (sequence !== undefined && sequence >= 1 && sequence <= mostSequence) return sequence;
  return reader.fail(token, {
    code: 'sequence',
    message: token
      ? `${quote(token.text)} is no sequence number: those go from 1 to ${mostSequence}.`
      : 'The line ends where its sequence number was expected.',
    fix: `Write a number from 1 to ${mostSequence}, or leave it out.`,
  });
}
