import { defineScript, type Script, type Sender } from '../connection.js';

/** Each looks at everything before it writes anything: Redis undoes nothing. */
export interface StoreScripts {
  /** KEYS room log snapshot rooms. ARGV owner at create(1|0) id channel. -> nil | [epoch, row, lineage, snapshot|nil] */
  readonly claim: Script;
  /**
   * KEYS room log snapshot due. ARGV epoch owner address deadline|'' seq index snapshot's-seq|'' snapshot channel|''
   * message's-head told, n, n times (seq, line, entry), m times (seq, row). -> OK | FENCED | AHEAD | 'MISPLACED <seq>'
   */
  readonly append: Script;
  /** KEYS room log snapshot due. ARGV epoch owner address deadline|'' seq snapshot index seq after. -> OK | FENCED | AHEAD */
  readonly save: Script;
  /** KEYS log. ARGV after before limit reverse(1|0). -> rows */
  readonly read: Script;
}

/** As a whole number: Lua writes a large one with an exponent. */
const WHOLE = `local function whole(n) return string.format('%.0f', n) end`;

const SET_DEADLINE = `
local function setDeadline(due, address, at)
  if at == '' then redis.call('ZREM', due, address) else redis.call('ZADD', due, at, address) end
end`;

/** The barrier is made here, so that nothing comes between the head it follows and its writing: see `barrierAfter`. */
const CLAIM = `${WHOLE}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'index', 'lineage')
if not head[1] and ARGV[3] == '0' then return nil end
local owner, at = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = math.max(tonumber(head[1] or 0) + 1, math.ceil(at), now)
local seq = tonumber(head[2] or 0) + 1
local index = tonumber(head[3] or 0)
local barrier = {
  epoch = epoch, seq = seq, last = seq, index = index, at = at, id = 'barrier-' .. whole(epoch), seed = 0,
  input = { type = 'barrier', owner = owner }, events = {},
}
local row = whole(seq) .. ' ' .. whole(seq) .. ' ' .. whole(index) .. ' ' .. ARGV[2] .. '\\n' .. cmsgpack.pack(barrier)
local lineage = (head[4] and head[4] .. ' ' or '') .. whole(epoch) .. ':' .. whole(seq)
redis.call('HSET', KEYS[1], 'epoch', whole(epoch), 'owner', owner, 'seq', whole(seq), 'index', whole(index), 'lineage', lineage)
redis.call('ZADD', KEYS[2], seq, row)
redis.call('ZADD', KEYS[4], 0, ARGV[4])
redis.call('SPUBLISH', ARGV[5], 'b' .. struct.pack('>dddd', epoch, seq - 1, seq, 0))
return { whole(epoch), row, lineage, redis.call('GET', KEYS[3]) }`;

/** A batch that is in the log already, byte by byte, was sent twice by a client that did not hear the answer. */
const APPEND = `${SET_DEADLINE}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'seq', 'saved')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then return 'FENCED' end
local n = tonumber(ARGV[12])
local first, told = 13, ARGV[11]
local function member(i) return ARGV[first + 3 * i + 1] .. ARGV[first + 3 * i + 2] .. (i == n - 1 and told or '') end
local seq = tonumber(head[3])
if n > 0 then
  if tonumber(ARGV[first]) ~= seq + 1 then
    for i = 0, n - 1 do
      local at = ARGV[first + 3 * i]
      if redis.call('ZRANGEBYSCORE', KEYS[2], at, at)[1] ~= member(i) then return 'MISPLACED ' .. head[3] end
    end
    return 'OK'
  end
  seq = tonumber(ARGV[5])
end
if ARGV[7] ~= '' and tonumber(ARGV[7]) > seq then return 'AHEAD' end

local entries = {}
for i = 0, n - 1 do
  redis.call('ZADD', KEYS[2], ARGV[first + 3 * i], member(i))
  entries[i + 1] = ARGV[first + 3 * i + 2]
end
for i = first + 3 * n, #ARGV, 2 do
  -- What was let go of meanwhile does not come back.
  if redis.call('ZREMRANGEBYSCORE', KEYS[2], ARGV[i], ARGV[i]) > 0 then redis.call('ZADD', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
if n > 0 then redis.call('HSET', KEYS[1], 'seq', ARGV[5], 'index', ARGV[6]) end
if ARGV[7] ~= '' and tonumber(ARGV[7]) >= tonumber(head[4] or 0) then
  redis.call('SET', KEYS[3], ARGV[8])
  redis.call('HSET', KEYS[1], 'saved', ARGV[7])
end
setDeadline(KEYS[4], ARGV[3], ARGV[4])
if ARGV[9] ~= '' then redis.call('SPUBLISH', ARGV[9], ARGV[10] .. table.concat(entries) .. told) end
return 'OK'`;

/** A snapshot lets go of at most so many rows, and bytes, so that nobody waits long; the next one goes on. */
const SAVE = `${SET_DEADLINE}
local head = redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'seq', 'saved', 'lineage')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then return 'FENCED' end
local at, before = tonumber(ARGV[5]), tonumber(head[4] or 0)
if at > tonumber(head[3]) then return 'AHEAD' end
local saved = math.max(at, before)
local index, seq, after = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

local newest, rows, bytes, going = nil, 0, 0, true
while going and rows < 2000 and bytes < 4194304 do
  local page = redis.call('ZRANGE', KEYS[2], rows, rows + 15)
  if #page == 0 then break end
  for _, row in ipairs(page) do
    local s, l, i, t = string.match(row, '^(%S+) (%S+) (%S+) (%S+)\\n')
    going = tonumber(l) <= saved and (tonumber(i) < index or tonumber(s) < seq or tonumber(t) < after)
    if not going then break end
    newest, rows, bytes = tonumber(l), rows + 1, bytes + #row
  end
end
if newest then
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, rows - 1)
  -- Epochs of which an entry is left, the newest always: see 'lineageFrom'.
  local epochs, left = {}, {}
  for epoch, base in string.gmatch(head[5], '(%d+):(%d+)') do epochs[#epochs + 1] = { epoch .. ':' .. base, tonumber(base) } end
  for i, each in ipairs(epochs) do
    local following = epochs[i + 1]
    if not following or following[2] > newest + 1 then left[#left + 1] = each[1] end
  end
  redis.call('HSET', KEYS[1], 'lineage', table.concat(left, ' '))
end
if at >= before then
  redis.call('SET', KEYS[3], ARGV[6])
  redis.call('HSET', KEYS[1], 'saved', ARGV[5])
end
setDeadline(KEYS[4], ARGV[3], ARGV[4])
return 'OK'`;

/** The row that takes the position after \`after\` may begin before it. */
const READ = `
local after, before, limit = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local from = after + 1
local below = redis.call('ZREVRANGEBYSCORE', KEYS[1], from, '-inf', 'LIMIT', 0, 1)[1]
if below and tonumber(string.match(below, '^%S+ (%S+)')) > after then from = tonumber(string.match(below, '^%S+')) end
if ARGV[4] == '1' then return redis.call('ZREVRANGEBYSCORE', KEYS[1], '(' .. before, from, 'LIMIT', 0, limit) end
return redis.call('ZRANGEBYSCORE', KEYS[1], from, '(' .. before, 'LIMIT', 0, limit)`;

export const storeScripts = (redis: Sender, writes: Sender): StoreScripts => ({
  claim: defineScript(writes, CLAIM),
  append: defineScript(writes, APPEND),
  save: defineScript(writes, SAVE),
  read: defineScript(redis, READ),
});
