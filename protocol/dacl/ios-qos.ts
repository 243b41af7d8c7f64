/** Names that IOS takes after `dscp` (0 to 63). */
export const dscpNames: ReadonlyMap<string, number> = new Map([
  ['af11', 10],
  ['af12', 12],
  ['af13', 14],
  ['af21', 18],
  ['af22', 20],
  ['af23', 22],
  ['af31', 26],
  ['af32', 28],
  ['af33', 30],
  ['af41', 34],
  ['af42', 36],
  ['af43', 38],
  ['cs1', 8],
  ['cs2', 16],
  ['cs3', 24],
  ['cs4', 32],
  ['cs5', 40],
  ['cs6', 48],
  ['cs7', 56],
  ['default', 0],
  ['ef', 46],
]);

/** After `precedence`: the top three bits of the TOS byte. */
export const precedenceNames: ReadonlyMap<string, number> = new Map([
  ['critical', 5],
  ['flash', 3],
  ['flash-override', 4],
  ['immediate', 2],
  ['internet', 6],
  ['network', 7],
  ['priority', 1],
  ['routine', 0],
]);

/** After `tos`: the four bits below the precedence (RFC 1349). */
export const tosNames: ReadonlyMap<string, number> = new Map([
  ['max-reliability', 2],
  ['max-throughput', 4],
  ['min-delay', 8],
  ['min-monetary-cost', 1],
  ['normal', 0],
]);
