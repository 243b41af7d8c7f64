/** An end of a link, taken apart: `nad:fa0-12`. */
export interface LinkEnd {
  node: string;
  interface: string;
}

export function readEnd(text: string): LinkEnd {
  const [node = '', interfaceName = ''] = text.split(':');
  return {node, interface: interfaceName};
}
