import type {ReadArgument, Token} from '#protocol/nad/cli/command.ts';

/** `FastEthernet0/12` as IOS shortens it: `Fa0/12`. Names of another shape stay as they are. */
export function shortInterfaceName(name: string): string {
  const [, type, numbers] = /^([A-Z][A-Za-z]+?)(\d[\d/]*)$/.exec(name) ?? [];
  return type === undefined || numbers === undefined ? name : `${type.slice(0, 2)}${numbers}`;
}

/** An interface of the switch as people type it: `fa0/12`, `FastEthernet 0/12`; read as the kernel's port name. */
export const interfaceArgument: Token = {
  kind: 'argument',
  name: 'port',
  label: 'INTERFACE',
  help: 'Interface name, such as Fa0/12',
  read: (words, {view}) => readInterface(words, view.ports),
};

function readInterface(
  words: readonly string[],
  ports: readonly {port: string; interface: string}[],
): ReturnType<ReadArgument> {
  const [first = '', second = ''] = words;
  const glued = /^([a-z]+)([\d/]*)$/i.exec(first);
  const type = (glued?.[1] ?? first).toLowerCase();
  const ownNumbers = glued?.[2] ?? '';
  const isApart = ownNumbers === '' && /^\d/.test(second);
  const numbers = isApart ? second : ownNumbers;

  const ofType = ports.filter(port => typeOf(port.interface).startsWith(type));
  const found = ofType.find(port => numbersOf(port.interface) === numbers);
  if (found) return {ok: true, value: found.port, used: isApart ? 2 : 1};
  if (ofType.length === 0) return {ok: false, badWord: 0, badAt: 0};
  return isApart ? {ok: false, badWord: 1, badAt: 0} : {ok: false, badWord: 0, badAt: type.length};
}

function typeOf(name: string): string {
  return name.slice(0, name.length - numbersOf(name).length).toLowerCase();
}

function numbersOf(name: string): string {
  return /\d[\d/]*$/.exec(name)?.[0] ?? '';
}
