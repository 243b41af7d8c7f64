// The redirect as real programs meet it: curl's HTTP, whatever host it is meant for, is answered with the URL; and a portal's
// page comes through `forward`.
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {get} from 'node:https';
import {execPath} from 'node:process';
import {createInterface} from 'node:readline';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {execIn} from '#harness/containers/exec.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {redirecting} from '#harness/scenarios/library/redirect.ts';
import type {Topology} from '#harness/topology.ts';
import {cli} from '#specs/containers/posturelab.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology as single} from '#topologies/single-psn.ts';

/** Another host on the same switch, in the same subnet. */
const neighbours: Topology = {
  ...single,
  nodes: {
    ...single.nodes,
    neighbour: {kind: 'endpoint', mac: '00:50:56:A8:BE:03', address: '192.168.255.194/24', gateway: '192.168.255.12'},
  },
  links: [...single.links, {ends: ['neighbour:eth0', 'nad:fa0-13']}],
};

test(
  'HTTP to gateway, stranger and neighbour is redirected; to the PSN it is not, and nothing is once Compliant',
  inLab({topology: neighbours, settings: redirecting(), prepare: lab => psnOf(lab).hold('coa')}, async (t, lab) => {
    const mine = {where: {address: '192.168.255.193'}};
    const {sessionId} = await lab.until('redirect-installed', mine);
    await lab.until('redirect-installed', {where: {address: '192.168.255.194'}});
    const curl = async (...args: string[]) =>
      (await execIn(lab.containerOf('endpoint'), ['curl', '-si', '--max-time', '2', ...args])).stdout;

    for (const url of [
      'http://192.168.255.12/auth/discovery',
      'http://203.0.113.7/anything?a=b',
      'http://192.168.255.194/',
    ]) {
      const answer = await curl(url);
      t.regex(answer, /^HTTP\/1\.1 302 /, url);
      t.regex(answer, new RegExp(`^location: https://psn1\\.posturelab\\.test:8443/.*sessionId=${sessionId}`, 'im'));
    }
    t.regex(await curl('-d', 'x=y', 'http://203.0.113.7/'), /^HTTP\/1\.1 302 /, 'POST');
    t.is(await curl('http://10.10.1.11/'), '', 'the PSN is exempt');
    t.is(await curl('http://203.0.113.7:8080/'), '', 'another port is none of the list’s');
    t.regex(
      await nadOf(lab).cli('show access-lists ACL-POSTURE-REDIRECT'),
      /permit tcp any any eq www \(\d+ matches\)/,
    );

    await psnOf(lab).release('coa');
    await becomesCompliant(lab);
    await lab.until('redirect-withdrawn', mine);
    t.is(await curl('http://203.0.113.7/'), '');
  }),
);

test(
  'a browser opens the portal through a forwarded port',
  inLab({topology: single, settings: redirecting(), prepare: lab => psnOf(lab).hold('coa')}, async (t, lab) => {
    const {sessionId} = await lab.until('redirect-installed');
    const child = execFile(execPath, [...cli, 'forward', lab.name, 'psn1:8443', '--json']);
    if (!child.stdout) throw new Error('no stdout');
    const [line] = (await once(createInterface({input: child.stdout}), 'line')) as [string];
    const path = `/portal/gateway?sessionId=${sessionId}&action=cpp`;
    const request = get(`https://${JSON.parse(line).listen}${path}`, {rejectUnauthorized: false});
    const [response] = await once(request, 'response');
    const page = await text(response);
    child.kill('SIGTERM');
    await once(child, 'close');

    t.is(response.statusCode, 200);
    t.regex(page, /<h1>Client provisioning<\/h1>/);
    t.true(page.includes(sessionId));
  }),
);
