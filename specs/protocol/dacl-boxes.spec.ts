// Sets of packets against the evaluator: what a box says of an entry, verdict() says of every packet.
import test from 'ava';
import fc from 'fast-check';
import {addressBits, boxesOf, boxOf, maskOfFlags} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type Box, contains, intersection, intersects, share, subtract} from '#protocol/dacl/box.ts';
import {exampleOf} from '#protocol/dacl/example-packet.ts';
import {type Packet, verdict} from '#protocol/dacl/verdict.ts';
import {aces, packets} from '#specs/protocol/dacl-arbitraries.ts';

const seed = 5246;

for (const family of ['ipv4', 'ipv6'] as const) {
  const lists = aces(family).map((ace): Acl => ({name: 'one', family, entries: [ace]}));
  const listsAndPackets = lists.chain(acl => fc.tuple(fc.constant(acl), packets(acl)));

  test(`an ${family} entry matches exactly the packets of its boxes, seed ${seed}`, t => {
    fc.assert(
      fc.property(listsAndPackets, ([acl, packet]) => {
        const [ace] = acl.entries;
        const point = boxOfPacket(packet, family);
        const inside = ace ? boxesOf(ace, family).filter(box => contains(box, point)).length : 0;
        t.is(inside, verdict(acl, packet).line === 1 ? 1 : 0, JSON.stringify({ace, packet}));
      }),
      {seed, numRuns: 3000},
    );
  });

  test(`the example packet of every ${family} box is matched by its entry, seed ${seed}`, t => {
    fc.assert(
      fc.property(lists, acl => {
        for (const box of acl.entries.flatMap(ace => boxesOf(ace, family))) {
          const packet = exampleOf(box, family);
          t.is(verdict(acl, packet).line, 1, JSON.stringify({acl, packet}));
        }
      }),
      {seed, numRuns: 1000},
    );
  });

  const pairs = fc.tuple(aces(family), aces(family));
  test(`what is left of an ${family} box without another is the rest of it, once, seed ${seed}`, t => {
    fc.assert(
      fc.property(
        pairs.chain(both => fc.tuple(fc.constant(both), packets({name: 'both', family, entries: both}))),
        ([[a, b], packet]) => {
          const point = boxOfPacket(packet, family);
          for (const box of boxesOf(a, family)) {
            for (const other of boxesOf(b, family)) {
              const isIn = contains(box, point) && !contains(other, point);
              const pieces = subtract(box, other);
              t.is(pieces.filter(piece => contains(piece, point)).length, isIn ? 1 : 0);
              for (const piece of pieces) {
                t.false(intersects(piece, other));
                t.true(contains(box, piece));
              }
              const common = intersection(box, other);
              t.is(common !== undefined, intersects(box, other));
              if (common) t.is(contains(common, point), contains(box, point) && contains(other, point));
              t.is(share(box, other) > 0, intersects(box, other));
              t.is(share(box, other) === 1, pieces.length === 0);
            }
          }
        },
      ),
      {seed, numRuns: 600},
    );
  });
}

function boxOfPacket(packet: Packet, family: Acl['family']): Box {
  const {
    protocol,
    fragment = false,
    sourcePort,
    destinationPort,
    icmpType,
    icmpCode,
    igmpType,
    flags,
    dscp = 0,
    ttl = 0,
  } = packet;
  const first = fragment ? 0 : (sourcePort ?? icmpType ?? igmpType ?? 0);
  const second = fragment ? 0 : (destinationPort ?? icmpCode ?? 0);
  return boxOf({
    protocol: [protocol, protocol],
    fragment: fragment ? [1, 1] : [0, 0],
    first: [first, first],
    second: [second, second],
    ttl: [ttl, ttl],
    flags: [fragment ? 0 : maskOfFlags(flags ?? []), 63],
    dscp: [dscp, 63],
    addresses: [packet.source, packet.destination].flatMap(address => addressBits({kind: 'host', address}, family)),
  });
}
