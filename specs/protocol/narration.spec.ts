// What `run` and `demo` say of who is kept out: a story whose reason is missing helps nobody.
import test from 'ava';
import {narrate} from '#harness/narration.ts';
import type {LabEventBody} from '#protocol/event.ts';

const mac = '00:50:56:A8:BE:02';
const sessionId = 'C0A8FF0C00000012679EAF14';

const told: [LabEventBody, string][] = [
  [
    {kind: 'access-rejected', sessionId, mac, reason: '22040 Wrong password, or the shared secrets differ'},
    `refuses ${mac}: 22040 Wrong password, or the shared secrets differ`,
  ],
  [
    {kind: 'authorization-failed', port: 'fa0-12', mac, sessionId, reason: 'no RADIUS server answered'},
    `keeps ${mac} out on fa0-12: no RADIUS server answered`,
  ],
  [
    {kind: 'acl-refused', acl: '#ACSACL#-IP-Guests-636b75ac', code: 11023, reason: 'there is no such dACL'},
    'does not hand out Guests-636b75ac: 11023 there is no such dACL',
  ],
  [
    {kind: 'datagram-discarded', from: '10.10.1.11:1700', reason: 'it is too old'},
    'drops what came from 10.10.1.11:1700: it is too old',
  ],
  [{kind: 'dot1x-timed-out', port: 'fa0-12', mac, sessionId}, `gets no EAP from ${mac}: MAB's turn`],
  [
    {kind: 'eap-failed', reason: 'unable to get local issuer certificate'},
    'fails to authenticate: unable to get local issuer certificate',
  ],
  [{kind: 'stage-two-started', targets: []}, 'is redirected nowhere, and has nobody to ask'],
];

for (const [event, what] of told)
  test(`${event.kind}: ${what}`, t => t.is(narrate({...event, atMs: 0, node: 'nad'})?.what, what));
