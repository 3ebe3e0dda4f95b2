/**
 * What Redis runs to grant from a quota, in one step for all who ask. Times are Redis' own, so that clocks of control planes
 * need not agree.
 * KEYS: the cell; what an id was granted before (only with an id).
 * ARGV: the most, the window in ms, the amount, 1 for best effort, the bucket in ms (rolling alone).
 * Answers: what was granted, and for how many ms.
 */
const AROUND = (usedNow: string, take: string) => `
local most, window, amount, bestEffort = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
if KEYS[2] then
  local before = redis.call('GET', KEYS[2])
  if before then return {tonumber(before), redis.call('PTTL', KEYS[2])} end
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local used = 0
${usedNow}
local grant = amount
if used + amount > most then
  grant = 0
  if bestEffort then grant = math.max(0, most - used) end
end
local left = 0
if grant > 0 then
  ${take}
  if KEYS[2] then redis.call('SET', KEYS[2], grant, 'PX', left) end
end
return {grant, left}
`;

/** The window begins with its first grant, and all of it is free again when it ends. */
export const FIXED_WINDOW_SCRIPT = AROUND(
  `used = tonumber(redis.call('GET', KEYS[1]) or '0')`,
  `redis.call('INCRBY', KEYS[1], grant)
  left = redis.call('PTTL', KEYS[1])
  if left < 0 then
    left = window
    redis.call('PEXPIRE', KEYS[1], window)
  end`,
);

/** A bucket's grants are free again a window after the bucket's end. */
export const ROLLING_WINDOW_SCRIPT = AROUND(
  `local bucket = tonumber(ARGV[5])
local buckets = redis.call('HGETALL', KEYS[1])
for index = 1, #buckets, 2 do
  if tonumber(buckets[index]) + bucket + window <= now then
    redis.call('HDEL', KEYS[1], buckets[index])
  else
    used = used + tonumber(buckets[index + 1])
  end
end`,
  `redis.call('HINCRBY', KEYS[1], math.floor(now / bucket) * bucket, grant)
  redis.call('PEXPIRE', KEYS[1], window + bucket)
  left = window`,
);
