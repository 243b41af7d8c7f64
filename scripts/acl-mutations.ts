/** Ways to break the evaluator and the compiler of access lists: `from` stands in the file once, and `to` is wrong. */
export interface Mutation {
  about: string;
  file: string;
  from: string;
  to: string;
}

const verdict = 'protocol/dacl/verdict.ts';
const compile = 'protocol/dacl/compile.ts';
const compileAce = 'protocol/dacl/compile-ace.ts';

export const mutations: readonly Mutation[] = [
  {
    about: 'the protocol does not count',
    file: verdict,
    from: 'ace.protocol !== undefined && ace.protocol !== packet.protocol',
    to: 'false',
  },
  {about: 'the source does not count', file: verdict, from: '!matchesAddress(ace.source, source) || ', to: ''},
  {
    about: 'the destination does not count',
    file: verdict,
    from: ' || !matchesAddress(ace.destination, destination)',
    to: '',
  },
  {
    about: 'DSCP, TOS and TTL do not count',
    file: verdict,
    from: 'if (!matchesHeader(ace, packet)) return false;',
    to: '',
  },
  {
    about: '`fragments` does not count',
    file: verdict,
    from: 'if (ace.fragments && !packet.fragment) return false;',
    to: '',
  },
  {
    about: 'a deny with ports takes fragments',
    file: verdict,
    from: "return !looksAtTransport(ace) || ace.action === 'permit'",
    to: 'return true',
  },
  {
    about: 'a permit with ports passes fragments over',
    file: verdict,
    from: "return !looksAtTransport(ace) || ace.action === 'permit'",
    to: 'return !looksAtTransport(ace)',
  },
  {
    about: 'a wildcard is a netmask',
    file: verdict,
    from: '((address ^ base) & ~wildcard) === 0',
    to: '((address ^ base) & wildcard) === 0',
  },
  {
    about: 'a prefix is one bit short',
    file: verdict,
    from: 'BigInt(width - match.length)',
    to: 'BigInt(width - match.length + 1)',
  },
  {about: 'precedence looks at the wrong bits', file: verdict, from: 'dscp >> 3', to: 'dscp >> 2'},
  {about: 'TOS looks at the wrong bits', file: verdict, from: '((dscp << 1) & 15)', to: '(dscp & 15)'},
  {about: 'gt takes the number itself', file: verdict, from: 'value > match.value', to: 'value >= match.value'},
  {about: 'lt takes the number itself', file: verdict, from: 'value < match.value', to: 'value <= match.value'},
  {about: 'a range ends one early', file: verdict, from: 'value <= match.to', to: 'value < match.to'},
  {about: 'neq is eq', file: verdict, from: '!match.values.includes(value)', to: 'match.values.includes(value)'},
  {
    about: 'eq takes its first number only',
    file: verdict,
    from: 'return match.values.includes(value);\n    case',
    to: 'return match.values[0] === value;\n    case',
  },
  {about: 'established is ACK only', file: verdict, from: " && !flags.includes('rst')", to: ''},
  {about: 'match-any is match-all', file: verdict, from: 'any ? answers.includes(true) : ', to: ''},
  {
    about: 'flags that must be clear do not count',
    file: verdict,
    from: ', ...clear.map(flag => !flags.includes(flag))',
    to: '',
  },
  {
    about: 'the ICMP code does not count',
    file: verdict,
    from: 'ace.icmp?.code !== undefined && ace.icmp.code !== packet.icmpCode',
    to: 'false',
  },
  {
    about: 'the IGMP type does not count',
    file: verdict,
    from: 'ace.igmpType === undefined || ace.igmpType === packet.igmpType',
    to: 'true',
  },
  {
    about: 'source ports are looked for at the destination',
    file: verdict,
    from: 'matchesNumber(ace.sourcePort, packet.sourcePort)',
    to: 'matchesNumber(ace.sourcePort, packet.destinationPort)',
  },
  {
    about: 'the last match wins',
    file: verdict,
    from: 'for (const ace of acl.entries)',
    to: 'for (const ace of acl.entries.toReversed())',
  },
  {
    about: 'neighbour discovery is denied',
    file: verdict,
    from: "verdict: isDiscovery ? 'permit' : 'deny'",
    to: "verdict: 'deny'",
  },
  {
    about: 'neighbour discovery cannot be switched off',
    file: verdict,
    from: 'acl.permitsNeighbourDiscovery !== false && ',
    to: '',
  },

  {
    about: 'source and destination are exchanged',
    file: compileAce,
    from: "{side: 'saddr', match: ace.source, family}",
    to: "{side: 'daddr', match: ace.source, family}",
  },
  {
    about: 'a wildcard is compiled as a netmask',
    file: compileAce,
    from: 'const mask = ~wildcard >>> 0;',
    to: 'const mask = wildcard;',
  },
  {
    about: 'the length of a prefix is off by one',
    file: compileAce,
    from: '/${Math.clz32(wildcard)}',
    to: '/${Math.clz32(wildcard) - 1}',
  },
  {about: 'precedence is one DSCP only', file: compileAce, from: '-${precedence * 8 + 7}', to: ''},
  {
    about: 'TOS is looked for in the wrong place',
    file: compileAce,
    from: "family === 'ipv4' ? 11 : 7",
    to: "family === 'ipv4' ? 12 : 8",
  },
  {
    about: 'gt is compiled with the number itself',
    file: compileAce,
    from: '`>= ${whole(match.value) + 1}`',
    to: '`>= ${whole(match.value)}`',
  },
  {
    about: 'lt is compiled with the number itself',
    file: compileAce,
    from: '`<= ${whole(match.value) - 1}`',
    to: '`<= ${whole(match.value)}`',
  },
  {
    about: 'neq is compiled as eq',
    file: compileAce,
    from: '`!= ${setOf(match.values)}`',
    to: 'setOf(match.values)',
  },
  {about: 'established is compiled as ACK only', file: compileAce, from: '(ack | rst)', to: '(ack)'},
  {
    about: 'match-any is compiled as match-all',
    file: compileAce,
    from: '!=`, value: String(maskOf(clear))',
    to: '==`, value: String(maskOf(set))',
  },
  {
    about: 'match-all does not look at flags that must be clear',
    file: compileAce,
    from: 'const asked = maskOf([...set, ...clear]);',
    to: 'const asked = any ? maskOf([...set, ...clear]) : maskOf(set);',
  },
  {
    about: 'the ICMP code is not compiled',
    file: compileAce,
    from: 'if (ace.icmp?.code !== undefined)',
    to: 'if (false)',
  },
  {
    about: 'IGMP types are compiled as the whole byte',
    file: compileAce,
    from: '16 + whole(ace.igmpType)',
    to: 'whole(ace.igmpType)',
  },
  {about: 'a flag has the wrong bit', file: compileAce, from: 'psh: 8, ack: 16', to: 'psh: 16, ack: 8'},
  {
    about: 'ports of a map are looked for on the wrong side',
    file: compileAce,
    from: 'key: portFields[side]',
    to: "key: 'th dport'",
  },
  {
    about: 'TTL is not compiled',
    file: compileAce,
    from: "if (value !== 'never') conditions.push({what: family === 'ipv4' ? 'ip ttl' : 'ip6 hoplimit', value});\n  return",
    to: 'return',
  },
  {
    about: 'the protocol is not compiled',
    file: compileAce,
    from: 'if (ace.protocol !== undefined) {',
    to: 'if (false) {',
  },

  {
    about: 'permit and deny are exchanged',
    file: compile,
    from: "{permit: 'accept', deny: 'drop'}",
    to: "{permit: 'drop', deny: 'accept'}",
  },
  {
    about: 'the implicit deny permits',
    file: compile,
    from: '`counter ${end} comment "${implicitComment}"`',
    to: '`counter accept comment "${implicitComment}"`',
  },
  {about: 'fragments are not told apart', file: compile, from: 'before: isDifferent ? [', to: 'before: false ? ['},
  {
    about: 'entries of denied ports take fragments',
    file: compile,
    from: "if (ace.action === 'permit' || !asksMore)",
    to: 'if (true)',
  },
  {
    about: 'fragments are those that have a first',
    file: compile,
    from: "ipv4: 'ip frag-off & 0x1fff != 0'",
    to: "ipv4: 'ip frag-off & 0x1fff == 0'",
  },
  {
    about: '`fragments` entries take whole packets',
    file: compile,
    from: "transport !== 'never' && !ace.fragments",
    to: "transport !== 'never'",
  },
  {
    about: 'neighbour discovery is not compiled',
    file: compile,
    from: "family === 'ipv6' && acl.permitsNeighbourDiscovery !== false",
    to: 'false',
  },
  {
    about: 'a map takes entries of other shapes',
    file: compile,
    from: 'run[0]?.shape === step.shape',
    to: 'run[0]?.verdict === step.verdict',
  },
  {
    about: 'what the entries of a map have in common is not asked',
    file: compile,
    from: '`${textOf(common)} ${keys',
    to: '`${keys',
  },
  {
    about: 'what the entries of a map have in common is asked with the protocol of the first',
    file: compile,
    from: "first.flatMap(({key = '', value}, at) => (isKey[at] ? [] : {what: key, value}))",
    to: 'first.filter((_, at) => !isKey[at])',
  },
  {
    about: 'what two entries of a map have in common counts as common to all',
    file: compile,
    from: 'run.some(({conditions}) => isOther(conditions[at], condition))',
    to: 'isOther(run[1]?.conditions[at], condition)',
  },
  {
    about: 'of two entries that ask the same the last one lives',
    file: compile,
    from: 'runsOf(living(steps))',
    to: 'runsOf(living(steps.toReversed()).toReversed())',
  },
  {
    about: 'counters name the line after',
    file: compile,
    from: 'counter ${verdict} comment "line ${line}"`',
    to: 'counter ${verdict} comment "line ${line + 1}"`',
  },
];
