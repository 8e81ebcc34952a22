// Answers kept for a short while.
import { describe, expect, it } from 'vitest';
import { createRecentAnswers } from '../../src/lib/recent-answers.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

describe('recent answers', () => {
  it('are found until they are as old as the asker accepts, and never longer than they are kept', async () => {
    const clock = fakeClock();
    const recent = createRecentAnswers<string>({ clock, keptForMs: 1_000, maxEntries: 10 });
    recent.put('a', 'one');
    expect(recent.get('a', 0)).toBeUndefined();
    expect(recent.get('a', 1)).toBe('one');
    await clock.advance(500);
    expect(recent.get('a', 500)).toBeUndefined();
    expect(recent.get('a', 501)).toBe('one');
    await clock.advance(500);
    expect(recent.get('a', 60_000)).toBeUndefined();
  });

  it('make room for younger ones, and an answer renewed counts as young', () => {
    const recent = createRecentAnswers<number>({ clock: fakeClock(), keptForMs: 1_000, maxEntries: 2 });
    recent.put('a', 1);
    recent.put('b', 2);
    recent.put('a', 3);
    recent.put('c', 4);
    expect([recent.get('a', 1), recent.get('b', 1), recent.get('c', 1)]).toEqual([3, undefined, 4]);
  });

  it('take no memory once they are too old', async () => {
    const clock = fakeClock();
    const recent = createRecentAnswers<number>({ clock, keptForMs: 1_000, maxEntries: 1_000 });
    for (let index = 0; index < 100; index++) recent.put(`old-${index}`, index);
    await clock.advance(1_000);
    recent.put('new', 1);
    expect(recent.size).toBe(1);
  });
});
