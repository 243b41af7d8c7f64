import {XMLParser, XMLValidator} from 'fast-xml-parser';
import type {XmlElement} from '#protocol/agent/profile.ts';

export type XmlReading =
  | {kind: 'elements'; elements: XmlElement[]}
  | {kind: 'malformed'; line: number; column: number; message: string; fix: string};

/** Longer files are refused unread; a profile has about 2000 characters. */
const limitCharacters = 262_144;

/**
Every element below the root, at whatever depth, in the order of the file, with its own text. Nothing is expanded but
character references and the five entities of XML itself: a document type is refused. Never throws, never hangs.
*/
export function readXmlElements(source: string): XmlReading {
  const text = source.startsWith('\u{feff}') ? source.slice(1) : source;
  if (text.length > limitCharacters) {
    const message = `the file has ${text.length} characters, more than ${limitCharacters}`;
    return {kind: 'malformed', line: 1, column: 1, message, fix: 'check that it is the profile'};
  }
  const doctype = findDoctype(text);
  if (doctype !== undefined) {
    const message = 'the file has a document type, which could define entities';
    return {kind: 'malformed', ...positionOf(text, doctype), message, fix: 'remove <!DOCTYPE …>'};
  }
  try {
    const valid = XMLValidator.validate(text);
    if (valid === true) return {kind: 'elements', elements: elementsOf(text)};
    const {msg, line, col} = valid.err;
    const message = `the file is not XML: ${msg.slice(0, 300)}`;
    return {kind: 'malformed', line, column: col ?? 1, message, fix: 'correct the XML'};
  } catch (error) {
    const at = error instanceof UnknownEntityError ? positionOf(text, error.index) : {line: 1, column: 1};
    const message = `the file cannot be read: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`;
    return {kind: 'malformed', ...at, message, fix: 'correct the XML'};
  }
}

/** A reference to an entity that XML does not have; `index`: where the element with it begins. */
class UnknownEntityError extends Error {
  readonly index: number;

  constructor(reference: string, index: number) {
    super(`${reference} is not an entity of XML`);
    this.index = index;
  }
}

const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: true,
  trimValues: false,
});
const metaData = XMLParser.getMetaDataSymbol() as symbol;

/** A node as the parser gives it with `preserveOrder`: one name with its content, and where it began. */
type Node = Record<string, Node[] | string> & {[place: symbol]: {startIndex?: number}};

function elementsOf(text: string): XmlElement[] {
  const document = parser.parse(text) as Node[];
  const found = below(document.flatMap(childrenOf));
  let line = 1;
  let lineStart = 0;
  return found.map(({name, node}) => {
    const index = node[metaData]?.startIndex ?? 0;
    for (let end = text.indexOf('\n', lineStart); end !== -1 && end < index; end = text.indexOf('\n', lineStart)) {
      line += 1;
      lineStart = end + 1;
    }
    return {name, value: textOf(node, index), line, column: index - lineStart + 1};
  });
}

/** Elements among the nodes and below them; the parser limits the depth. */
function below(nodes: Node[]): {name: string; node: Node}[] {
  return nodes.flatMap(node => {
    const name = Object.keys(node)[0] ?? '';
    if (name.startsWith('#')) return [];
    return [{name, node}, ...below(childrenOf(node))];
  });
}

function childrenOf(node: Node): Node[] {
  const content = node[Object.keys(node)[0] ?? ''];
  return Array.isArray(content) ? content : [];
}

function textOf(node: Node, index: number): string {
  return childrenOf(node)
    .map(child => {
      const text = child['#text'];
      if (typeof text === 'string') return decode(text, index);
      const [cdata] = child['#cdata'] ?? [];
      return typeof cdata === 'object' ? String(cdata['#text'] ?? '') : '';
    })
    .join('');
}

const entities: Record<string, string> = {lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"};

function decode(text: string, index: number): string {
  return text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([^;]{0,30}));/gi, (reference, hex, decimal, name) => {
    if (name !== undefined) {
      const character = Object.hasOwn(entities, name) ? entities[name] : undefined;
      if (character === undefined) throw new UnknownEntityError(reference, index);
      return character;
    }
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code === 0 || code > 0x10_ffff) throw new UnknownEntityError(reference, index);
    return String.fromCodePoint(code);
  });
}

/** Where a document type begins, outside of comments and CDATA. */
function findDoctype(text: string): number | undefined {
  for (let at = text.indexOf('<!'); at !== -1; at = text.indexOf('<!', at)) {
    if (text.startsWith('<!DOCTYPE', at)) return at;
    const end = text.startsWith('<!--', at) ? '-->' : text.startsWith('<![CDATA[', at) ? ']]>' : '<!';
    const skipped = text.indexOf(end, at + 2);
    if (skipped === -1) return undefined;
    at = end === '<!' ? skipped : skipped + end.length;
  }
  return undefined;
}

function positionOf(text: string, index: number): {line: number; column: number} {
  const before = text.slice(0, index).split('\n');
  return {line: before.length, column: (before.at(-1) ?? '').length + 1};
}
