// With 802.1X: 24 supplicants at one hostapd and one FreeRADIUS. By MAB it is played in virtual time, and in containers by `make bench`.
import test from 'ava';
import {fullSwitch} from '#harness/scenarios/library/full-switch.ts';
import {plays} from '#specs/flows/in-lab.ts';

// It takes all of the machine: labs beside it would be too slow for their own stories.
test.serial(
  `with 802.1X, ${fullSwitch.claim}`,
  plays({...fullSwitch, settings: healthy => ({...(fullSwitch.settings?.(healthy) ?? healthy), auth: 'dot1x'})}),
);
