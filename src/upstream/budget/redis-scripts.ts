// The two steps in which replicas count their calls together on a Redis server, each atomic and on the server's own time.

/**
 * What both steps begin with. Keys: `state` (a hash), `settled` (latest possible arrivals by call), `flight` (calls that may still arrive, by the time of their grant),
 * `holders` (replicas by when they were last heard) and `waiting` (who waits in which lane with which rank, by when that ends). Times are the server's milliseconds.
 *
 * The counters belong to one run of one server: `run` is another after each start, also one that read an old copy of the data. So counters that may have lost
 * something never pass for whole ones.
 */
const BEGIN = `
local state, settled, flight, holders, waiting = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local ask = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local epoch = redis.call('HGET', state, 'epoch')
local isSame = epoch and string.sub(epoch, 1, #run) == run

local function recall(field)
  return tonumber(redis.call('HGET', state, field) or '0')
end

local function keep(field, value)
  redis.call('HSET', state, field, string.format('%.3f', value))
end

local function isOf(call, holder)
  return string.sub(call, 1, #holder + 1) == holder .. ':'
end

-- A holder that was not heard for long is dead, or stopped: nobody will tell what became of its calls. They arrive within transitMs or never.
local function presumeLost()
  for _, holder in ipairs(redis.call('ZRANGEBYSCORE', holders, '-inf', now - ask.silentMs)) do
    for _, call in ipairs(redis.call('ZRANGE', flight, 0, -1)) do
      if isOf(call, holder) then
        redis.call('ZREM', flight, call)
        redis.call('ZADD', settled, now + ask.transitMs, call)
      end
    end
    redis.call('ZREM', holders, holder)
  end
end

-- A time further ahead than it can be was written before the clock was set back.
local function bound(key, latest)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, string.format('(%.3f', latest), '+inf')) do
    redis.call('ZADD', key, latest, member)
  end
end

local function hear()
  redis.call('ZADD', holders, now, ask.holder)
  bound(holders, now)
  presumeLost()
  local known = recall('longestMs')
  local longest = known
  for _, window in ipairs(ask.windows) do
    longest = math.max(longest, window.heldMs)
  end
  if longest > known then
    -- A longer window than any before: what it would count has been forgotten in part.
    if known > 0 then keep('opensAt', math.max(recall('opensAt'), now + longest - known)) end
    keep('longestMs', longest)
  end
  bound(settled, now + ask.transitMs)
  bound(waiting, now + ask.transitMs + longest)
  if recall('spacedAt') > now + longest then keep('spacedAt', now) end
  redis.call('ZREMRANGEBYSCORE', settled, '-inf', now - longest)
  redis.call('ZREMRANGEBYSCORE', waiting, '-inf', now)
end

local function countSettled(window)
  return redis.call('ZCOUNT', settled, string.format('(%.3f', now - window.heldMs), '+inf')
end

local function waiters()
  local list = {}
  for index, waiter in ipairs(redis.call('ZRANGE', waiting, 0, -1)) do
    local rank, lane, holder = string.match(waiter, '^(-?%d+):(%d+):(.*)$')
    list[index] = { rank = tonumber(rank), lane = tonumber(lane), holder = holder }
  end
  return list
end

local function answer(word, waitMs)
  local used, others = {}, {}
  local inFlight = redis.call('ZCARD', flight)
  for index, window in ipairs(ask.windows) do
    used[index] = inFlight + countSettled(window)
  end
  local contenders = 0
  for _, waiter in ipairs(waiters()) do
    if waiter.holder ~= ask.holder and not others[waiter.holder] then
      others[waiter.holder] = true
      contenders = contenders + 1
    end
  end
  return cjson.encode({
    at = string.format('%.3f', now), word = word, waitMs = waitMs, epoch = epoch or '', used = used, inFlight = inFlight, contenders = contenders,
    opensInMs = math.max(0, recall('opensAt') - now), pauseMs = math.max(0, recall('pausedUntil') - now),
  })
end
`;

/**
 * One call asks for a place in every window: "granted" and it counts from now, or "wait" and when to ask again, or "unknown" when the caller counts with other
 * counters. A place is given only while fewer than `limit` calls are in flight or arrived less than `heldMs` ago, in each window.
 */
export const TAKE = `${BEGIN}
-- Only a call in flight can make room: look again soon, another replica may hear of its end.
local POLL_MS = 20
-- Somebody more urgent on another replica is about to come.
local STAND_BACK_MS = 10
local LINGER_MS = 100
-- A spaced call looks again so often whether its floor is due.
local FLOOR_LOOK_MS = 300
local PACE = 0.95
local RECOVERY_RATE = 0.5
local RECOVERY_WINDOWS = 2

local function windowWait(window)
  local count = countSettled(window)
  local excess = redis.call('ZCARD', flight) + count - window.limit
  if excess < 0 then return 0 end
  if excess >= count then return POLL_MS end
  local from = string.format('(%.3f', now - window.heldMs)
  local found = redis.call('ZRANGEBYSCORE', settled, from, '+inf', 'WITHSCORES', 'LIMIT', excess, 1)
  return math.max(1, found[2] + window.heldMs - now)
end

local function pacing(isSpaced)
  local evenMs, shortestMs = 0, math.huge
  for _, window in ipairs(ask.windows) do
    evenMs = math.max(evenMs, window.windowMs / math.max(1, window.limit))
    shortestMs = math.min(shortestMs, window.windowMs)
  end
  local pausedUntil = recall('pausedUntil')
  local readyAt = math.max(pausedUntil, recall('opensAt'))
  if pausedUntil > 0 then
    readyAt = math.max(readyAt, math.min(recall('grantedAt') + evenMs / RECOVERY_RATE, pausedUntil + shortestMs * RECOVERY_WINDOWS))
  end
  if isSpaced then readyAt = math.max(readyAt, recall('spacedAt')) end
  return readyAt - now, evenMs
end

-- Lanes go by urgency over all replicas, as inside one; a lane that was passed over often enough goes before all others once: its floor.
local since = 'since:' .. ask.lane

local function isFloorDue()
  local isWaitedFor = false
  for _, waiter in ipairs(waiters()) do
    isWaitedFor = isWaitedFor or waiter.lane == ask.lane
  end
  if not isWaitedFor then redis.call('HDEL', state, since) end
  if ask.oneIn == 0 or redis.call('HEXISTS', state, since) == 0 then return false end
  return recall('grants') - recall(since) >= ask.oneIn - 1
end

local function isOutranked(rank)
  for _, waiter in ipairs(waiters()) do
    if waiter.holder ~= ask.holder and waiter.rank < rank then return true end
  end
  return false
end

if not isSame or ask.epoch ~= epoch then return answer('unknown', 0) end
hear()
local isDue = ask.isDue or isFloorDue()
local rank = isDue and -1 or ask.lane
local waitMs, evenMs = pacing(ask.isSpaced and not isDue)
for _, window in ipairs(ask.windows) do
  waitMs = math.max(waitMs, windowWait(window))
end
if waitMs <= 0 and isOutranked(rank) then waitMs = STAND_BACK_MS end
if ask.isSpaced then waitMs = math.min(waitMs, FLOOR_LOOK_MS) end
local place = ':' .. ask.lane .. ':' .. ask.holder
redis.call('ZREM', waiting, '-1' .. place, ask.lane .. place)
if waitMs > 0 then
  redis.call('HSETNX', state, since, recall('grants'))
  redis.call('ZADD', waiting, now + waitMs + LINGER_MS, rank .. place)
  return answer('wait', waitMs)
end
redis.call('ZADD', flight, now, ask.call)
redis.call('HDEL', state, since)
redis.call('HINCRBY', state, 'grants', 1)
keep('grantedAt', now)
keep('spacedAt', math.max(recall('spacedAt'), now) + evenMs * PACE)
return answer('granted', 0)
`;

/**
 * A replica tells what became of its calls. What it says is true whenever it arrives: `settled` calls arrived no later than so many milliseconds from now, counted
 * from when it said so; those up to `upTo` that it does not name as open are not under way. With `isWhole` it tells everything it knows and may begin new counters, which
 * give nothing for `quarantineMs`: so long something that only the old ones knew of may count.
 */
export const REPORT = `${BEGIN}
if not isSame and ask.isWhole then
  epoch = run .. ':' .. time[1] .. '.' .. time[2]
  redis.call('HSET', state, 'epoch', epoch)
  keep('opensAt', now + ask.quarantineMs)
  isSame = true
end
if not isSame or (ask.epoch ~= epoch and not ask.isWhole) then return answer('unknown', 0) end
hear()
local isOpen = {}
for _, call in ipairs(ask.open) do
  isOpen[call] = true
  redis.call('ZADD', flight, 'NX', now, call)
end
for _, call in ipairs(redis.call('ZRANGE', flight, 0, -1)) do
  if isOf(call, ask.holder) and not isOpen[call] and tonumber(string.match(call, ':(%d+)$')) <= ask.upTo then
    redis.call('ZREM', flight, call)
  end
end
for _, entry in ipairs(ask.settled) do
  redis.call('ZADD', settled, now + entry[2], entry[1])
end
for _, call in ipairs(ask.open) do redis.call('ZREM', settled, call) end
if ask.pauseMs > 0 then keep('pausedUntil', math.max(recall('pausedUntil'), now + ask.pauseMs)) end
return answer('ok', 0)
`;
