// `--set KEY=VALUE`: every knob can be reached from the command line.
import test from 'ava';
import {defaultSettings} from '#harness/lab-settings.ts';
import {planRoles} from '#harness/role-plan.ts';
import {applySetOption, SetOptionError, settableKeys} from '#harness/set-option.ts';
import {topology} from '#topologies/two-psn.ts';

const healthy = defaultSettings(topology);

test('each section of the settings has keys', t => {
  const sections = Object.entries(healthy).filter(([, value]) => typeof value === 'object');
  const keys = settableKeys(healthy);

  for (const [section] of sections)
    t.true(
      keys.some(key => key.startsWith(`${section}.`)),
      section,
    );
});

test('the redirect flow is switched on, with a list and a portal of one’s own', t => {
  const acl = 'permit tcp any any eq www';
  const settings = [
    ['redirect.enabled', 'true'],
    ['redirect.acl', acl],
    ['redirect.portalPort', '8500'],
  ].reduce((before, [key = '', value = '']) => applySetOption(before, key, value), healthy);

  t.like(settings.redirect, {enabled: true, acl, portalPort: 8500});
});

test('a portal has a port from 8000 to 8999', t => {
  for (const port of ['7999', '9000', '8443.5', '-1', 'x'])
    t.throws(() => applySetOption(healthy, 'redirect.portalPort', port), {instanceOf: SetOptionError}, port);
});

test('a host mode is set for one port, or for all of them', t => {
  const one = applySetOption(healthy, 'nad.hostMode.fa0-12', 'multi-domain');
  t.like(one.nad, {hostMode: 'multi-auth', hostModes: {'fa0-12': 'multi-domain'}});
  t.like(applySetOption(one, 'nad.hostMode', 'single-host').nad, {hostMode: 'single-host', hostModes: {}});
  t.throws(() => applySetOption(healthy, 'nad.hostMode.fa0-12', 'multi-host'), {
    instanceOf: SetOptionError,
    message: /nad\.hostMode\.fa0-12=multi-host: expected one of single-host, multi-auth, multi-domain/,
  });
  t.throws(() => planRoles(topology, applySetOption(healthy, 'nad.hostMode.fa0-13', 'multi-domain')), {
    message: /there is no access port fa0-13; those of the switch are fa0-12/,
  });
});

test('a clock is set ahead or behind, by node', t => {
  const settings = [
    ['clocks.psn1', '-10m'],
    ['clocks.nad', '+90s'],
    ['clocks.endpoint', '2h'],
  ].reduce((before, [key = '', value = '']) => applySetOption(before, key, value), healthy);

  t.deepEqual(settings.clocks, {psn1: -600_000, nad: 90_000, endpoint: 7_200_000});
  t.throws(() => applySetOption(healthy, 'clocks.psn1', 'late'), {instanceOf: SetOptionError});
  t.throws(() => planRoles(topology, applySetOption(healthy, 'clocks.psn9', '1m')), {
    message: /no node psn9; its nodes are endpoint, nad, psn1, psn2/,
  });
});
