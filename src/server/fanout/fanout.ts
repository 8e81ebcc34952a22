// Subscriptions of every transport: opened here, kept in groups, counted.
import type { ExecutionResult } from 'graphql';
import { feedOf } from '../../events/feed.ts';
import type { EventLog } from '../../events/log.ts';
import { Group, type GroupDeps } from './group.ts';
import { cursorOf, Message } from './message.ts';
import { type Source, Subscriber, type SubscriberHost, type SubscriberOptions } from './subscriber.ts';

export interface FanoutDeps extends GroupDeps {
  readonly log: Pick<EventLog, 'after'>;
  /** The last answer of a subscription that ends with an error. */
  readonly toLast: (error: unknown, requestId: string) => ExecutionResult;
}

export interface Opening extends Omit<SubscriberOptions, 'source'> {
  /** What the resolver returned. */
  readonly events: AsyncIterable<unknown>;
  /** See {@link groupKey}. */
  readonly key: string;
  /** Executes an item in a scope of its own, with the rights that the key stands for. */
  readonly execute: (item: unknown) => Promise<ExecutionResult>;
}

export interface Fanout {
  open(opening: Opening): Subscriber;
  /** What there is at the moment; all of it is zero when nobody subscribes. */
  readonly counts: { readonly subscribers: number; readonly groups: number; readonly members: number };
}

export function createFanout({ log, toLast, ...deps }: FanoutDeps): Fanout {
  /** Each with how many subscribers use it, joined or on their way. */
  const groups = new Map<string, Group>();
  let subscribers = 0;
  const host: SubscriberHost = {
    log,
    toLast: (error, requestId) => new Message(toLast(error, requestId), null, null),
    ended(group) {
      subscribers -= 1;
      if (group === null) return;
      group.users -= 1;
      if (group.users === 0) groups.delete(group.key);
    },
  };
  const sourceOf = ({ events, key, execute }: Opening): Source => {
    const feed = feedOf(events);
    if (feed === null) return { events, run: async (item) => new Message(await execute(item), cursorOf(item), null) };
    const group = groups.get(key) ?? new Group(key, feed, execute, deps);
    group.users += 1;
    groups.set(group.key, group);
    return { feed, group };
  };
  return {
    open(opening) {
      const { connection, requestId, release } = opening;
      subscribers += 1;
      return new Subscriber(host, { source: sourceOf(opening), connection, requestId, release });
    },
    get counts() {
      const members = [...groups.values()].reduce((sum, group) => sum + group.members, 0);
      return { subscribers, groups: groups.size, members };
    },
  };
}
