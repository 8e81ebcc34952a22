// The bus wakes readers, never the writer.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLocalBus } from '../../src/events/bus.ts';

test('listeners of the kind are called in a later turn, once for many hints', async () => {
  const bus = createLocalBus();
  const heard: string[] = [];
  bus.subscribe('events', () => heard.push('events'));
  bus.subscribe('polls', () => heard.push('polls'));
  bus.publish('events');
  bus.publish('events');
  expect(heard).toEqual([]);
  await nextTurn();
  expect(heard).toEqual(['events']);
});

test('a hint given while listeners run is delivered again', async () => {
  const bus = createLocalBus();
  let calls = 0;
  bus.subscribe('events', () => {
    calls += 1;
    if (calls === 1) bus.publish('events');
  });
  bus.publish('events');
  await nextTurn();
  await nextTurn();
  expect(calls).toBe(2);
});

test('who left hears nothing more', async () => {
  const bus = createLocalBus();
  let calls = 0;
  const leave = bus.subscribe('orders', () => {
    calls += 1;
  });
  leave();
  bus.publish('orders');
  await nextTurn();
  expect(calls).toBe(0);
});
