// How the switch takes what is typed: abbreviations, help, errors with a caret, filters. As IOS, so that fingers and scripts fit.
import test from 'ava';
import fc from 'fast-check';
import {Cli} from '#protocol/nad/cli/cli.ts';
import {compilePattern} from '#protocol/nad/cli/regular-expression.ts';
import {acceptWith, compliantAcl, NadRig} from '#specs/protocol/nad-rig.ts';

const rig = NadRig.authorized({}, acceptWith(compliantAcl));
const world = {view: rig.view, counts: [], nowMs: rig.nowMs};
const typed = (line: string, cli = new Cli()) => cli.execute(line, world).lines;

test('words may be shortened as long as only one begins like that', t => {
  const full = typed('show authentication sessions interface FastEthernet0/12 details');

  t.true(full.length > 20);
  for (const line of [
    'sh auth sess int fa0/12 det',
    'SHOW Auth Sessions INTERFACE FASTETHERNET0/12 DETAILS',
    '  sh   auth  sess  int  FastEthernet   0/12   d ',
    'sh auth sess int f 0/12 de',
  ])
    t.deepEqual(typed(line), full, line);
});

test('what more than one word begins like is ambiguous', t => {
  t.deepEqual(typed('show a'), ['% Ambiguous command:  "show a"']);
});

test('a line that stops too early is incomplete', t => {
  for (const line of [
    'show',
    's',
    'show ip',
    'show authentication sessions interface',
    'show clock |',
    'show clock | include',
  ]) {
    t.deepEqual(typed(line), ['% Incomplete command.', ''], line);
  }
});

test('the caret stands under the first character that fits nothing, prompt included', t => {
  const caret = (line: string) => {
    const [first = '', second] = typed(line);
    t.is(second, "% Invalid input detected at '^' marker.", line);
    return first.indexOf('^') - 'nad#'.length;
  };

  t.is(caret('foo'), 0);
  t.is(caret('show xyz'), 5);
  t.is(caret('show authXn'), 9);
  t.is(caret('show clock now'), 11);
  t.is(caret('sh ip access-lists interface fa0/14'), 31);
  t.is(caret('sh ip access-lists interface fa 0/14'), 32);
  t.is(caret('sh ip access-lists interface vlan1'), 29);
  t.is(caret('terminal length 513'), 16);
  t.is(caret('show clock | grep x'), 13);
  t.is(caret('enable | include x'), 7);
});

test('a question mark after a blank lists what may come next, right after a word how it may go on', t => {
  const help = (text: string) => new Cli().help(text, world);

  t.deepEqual(help('show authentication sessions '), [
    '  details    Show detailed information',
    '  interface  Specify an interface',
    '  |          Output modifiers',
    '  <cr>',
  ]);
  t.deepEqual(help('sh a'), ['aaa  access-lists  authentication']);
  t.deepEqual(help('show clock | i '), ['  LINE  Regular Expression']);
  t.is(help('')[0], 'Exec commands:');
  t.deepEqual(help('show nonsense '), ['% Unrecognized command']);
});

test('the tab key completes a word that can only be one', t => {
  const complete = (text: string) => new Cli().complete(text, world);

  t.is(complete('sh auth'), 'sh authentication ');
  t.is(complete('sh a'), 'sh a');
  t.is(complete('nonsense'), 'nonsense');
});

test('the console starts privileged; disable takes the privileged commands away, enable gives them back', t => {
  const cli = new Cli();
  t.is(cli.prompt(world), 'nad#');

  typed('disable', cli);
  t.is(cli.prompt(world), 'nad>');
  t.is(typed('clear authentication sessions', cli)[1], "% Invalid input detected at '^' marker.");
  t.deepEqual(typed('enable', cli), []);
  t.is(cli.prompt(world), 'nad#');
});

test('exit and logout end the console', t => {
  for (const line of ['exit', 'logout', 'ex']) t.true(new Cli().execute(line, world).ends, line);
});

test('terminal length 0 turns paging off', t => {
  const cli = new Cli();
  t.is(cli.lengthLines, 24);
  typed('terminal length 0', cli);
  t.is(cli.lengthLines, 0);
});

test('empty lines and comments do nothing', t => {
  for (const line of ['', '   ', '! a comment', '  !']) t.deepEqual(typed(line), [], line);
});

test('filters include, exclude, begin, count and section', t => {
  t.deepEqual(typed('show access-lists | include 8449'), [
    '    1 deny tcp any host 10.10.1.11 eq 8449',
    '    2 deny tcp any host 10.10.2.12 eq 8449',
  ]);
  t.deepEqual(typed('show access-lists | exclude any'), [
    'Extended IP access list Auth-Default-ACL',
    'Extended IP access list xACSACLx-IP-Posture_Compliant-636b75ac (per-user)',
  ]);
  t.is(typed('show access-lists | begin per-user').length, 4);
  t.deepEqual(typed('show access-lists | count deny'), ['Number of lines which match regexp = 3']);
  t.deepEqual(typed('show access-lists | section Auth-Default'), [
    'Extended IP access list Auth-Default-ACL',
    '    10 permit udp any any eq bootps',
    '    20 deny ip any any',
  ]);
});

test('patterns know classes, groups, repetition and anchors', t => {
  const matches = (pattern: string, line: string) => compilePattern(pattern)?.(line);

  t.true(matches('^ +[0-9]+ deny', '    1 deny tcp'));
  t.true(matches('(mab|dot1x).*Success$', 'mab   Authc Success'));
  t.false(matches('^deny', ' deny'));
  t.true(matches('a.?c', 'ac'));
  t.true(matches('[^a-c]', 'abcd'));
  t.false(matches('[^a-d]', 'abcd'));
  t.true(matches('192\\.168', '192.168.255.1'));
  t.false(matches('192\\.168', '192x168'));
  t.true(matches('posture_probe', 'xACSACLx-IP-posture_probe-1'));
  for (const wrong of ['[', '(', ')', '*', 'a**', '\\', '[a']) t.is(compilePattern(wrong), undefined, wrong);
});

test('a pattern that would keep a backtracking matcher busy for ever is answered at once', t => {
  t.false(compilePattern('(a+)+$')?.(`${'a'.repeat(2000)}b`));
});

const plainSeed = 15;
test(`a pattern without specials is found wherever it stands, seed ${plainSeed}`, t => {
  const plain = fc.stringMatching(/^[a-z0-9 :-]{1,8}$/);
  fc.assert(
    fc.property(fc.string(), plain, fc.string(), (before, pattern, after) =>
      compilePattern(pattern)?.(before + pattern + after),
    ),
    {seed: plainSeed},
  );
  t.pass();
});

const anySeed = 16;
test(`whatever is typed, completed or asked about, the console answers, seed ${anySeed}`, t => {
  const word = fc.oneof(
    fc.constantFrom(
      'show',
      'sh',
      'ip',
      'access-lists',
      'interface',
      'fa0/12',
      'fa',
      '0/12',
      '|',
      'i',
      's',
      'terminal',
      'length',
      '0',
      'en',
      'dis',
    ),
    fc.string({unit: 'binary', maxLength: 6}),
  );
  fc.assert(
    fc.property(fc.array(word, {maxLength: 7}), words => {
      const cli = new Cli();
      const line = words.join(' ');
      cli.help(line, world);
      cli.complete(line, world);
      return Array.isArray(cli.execute(line, world).lines);
    }),
    {seed: anySeed, numRuns: 1000},
  );
  t.pass();
});
