// The switch as an engineer meets it: a prompt, abbreviations, and what IOS prints (layouts of domain.md 5.10 and TAC 222483).
import {execPath} from 'node:process';
import test from 'ava';
import {openTerminal, type Terminal} from '#harness/console.ts';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {inSharedLab} from '#specs/flows/in-shared-lab.ts';

const inLab = inSharedLab({});

const prompt = /nad# $|nad#$/;

test(
  'the console shows session, dACL and effective entries of the endpoint, with match counts from the kernel',
  inLab(async (t, lab) => {
    const {installed} = await becomesCompliant(lab);
    const round = await lab.until('sync-round-finished');
    using terminal = await openConsole(lab);

    const details = await ask(terminal, 'sh auth sess int fa0/12 det');
    t.regex(details, /^ {12}Interface: {2}FastEthernet0\/12$/m);
    t.regex(details, /^ {10}MAC Address: {2}0050\.56a8\.be02$/m);
    t.regex(details, /^ {9}IPv4 Address: {2}192\.168\.255\.193$/m);
    t.regex(details, /^ {15}Status: {2}Authorized$/m);
    t.true(details.includes(`    Common Session ID:  ${installed.sessionId}`), details);
    t.regex(details, /^ {14}ACS ACL: {2}xACSACLx-IP-Posture_Compliant-[0-9a-f]{8}$/m);
    t.regex(details, /^ {6}mab {16}Authc Success$/m);

    const lists = await ask(terminal, 'sh access-lists | s xACSACLx');
    t.regex(lists, /^Extended IP access list xACSACLx-IP-Posture_Compliant-[0-9a-f]{8} \(per-user\)$/m);
    t.regex(lists, /^ {4}1 deny tcp any host 10\.10\.1\.11 eq 8449 \(\d+ match(es)?\)$/m);
    t.regex(lists, /^ {4}3 permit ip any any/m);

    const effective = await ask(terminal, 'show ip access-lists interface Fa0/12');
    t.regex(effective, /^ {5}deny tcp host 192\.168\.255\.193 host 10\.10\.1\.11 eq 8449/m);
    t.regex(effective, /^ {5}permit ip host 192\.168\.255\.193 any/m);
    t.false(round.answered);
  }),
);

test(
  'the console explains itself: ?, an invalid word with its marker, an ambiguous and an incomplete command',
  inLab(async (t, lab) => {
    using terminal = await openConsole(lab);

    terminal.type('show ?');
    const help = await terminal.readUntil(/nad#show $/);
    t.regex(help, /access-lists/);
    t.regex(help, /authentication/);
    terminal.type('\u0015'); // Ctrl-U
    await terminal.readUntil(prompt);

    t.regex(await ask(terminal, 'show bananas'), /\^\n% Invalid input detected at '\^' marker\./);
    t.regex(await ask(terminal, 'show'), /% (Incomplete command|Type "show \?" for a list of subcommands)/);
  }),
);

async function openConsole(lab: ContainerLab): Promise<Terminal> {
  const terminal = openTerminal(execPath, [
    '--disable-warning=ExperimentalWarning',
    'harness/cli/posturelab.js',
    'console',
    lab.name,
    'nad',
  ]);
  await terminal.readUntil(prompt);
  await ask(terminal, 'terminal length 0');
  return terminal;
}

async function ask(terminal: Terminal, line: string): Promise<string> {
  terminal.type(`${line}\r`);
  return terminal.readUntil(/\nnad#\s?$/);
}
