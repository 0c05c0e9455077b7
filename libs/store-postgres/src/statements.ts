/**
 * The statements of the store. Each is a transaction of its own. A write first takes the room's row, if its fence still
 * holds, in the CTE `head`, on which all the rest depends: without it nothing is written, and no row comes back.
 *
 * How durable the commit is, is set inside of it, for itself alone, whatever the server's default. Where replicas have to have
 * applied it, that is left so.
 */
export interface Statements {
  readonly claim: string;
  /** What a claim hands over; nobody else changes it any more. */
  readonly taken: string;
  readonly append: string;
  readonly save: string;
  readonly head: string;
  readonly up: string;
  readonly down: string;
  readonly holding: string;
  readonly due: string;
  readonly list: string;
  readonly probe: string;
}

const level = (value: string): string => `level as materialized (
  select set_config('synchronous_commit', case current_setting('synchronous_commit')
    when 'remote_apply' then 'remote_apply' else ${value} end, true) as level)`;

const SYNCED = level("'on'");

const COLUMNS = 'e.seq, e.last, e.epoch, e.index, e.at, e.owner, e.body';

/** @param schema a plain identifier. */
export const statementsIn = (schema: string): Statements => ({
  // The server's clock is above all epochs that a restored backup, or a replica that took over, has forgotten.
  claim: `
with ${SYNCED}, head as (
  insert into ${schema}.rooms as r (address, epoch, owner, seq, index)
  select $1, greatest(1, ceil($3::float8), floor(extract(epoch from clock_timestamp()) * 1000))::bigint, $2, 1, 0 from level
  where $4::bool or exists (select from ${schema}.rooms where address = $1)
  on conflict (address) do update set epoch = greatest(r.epoch + 1, excluded.epoch), owner = excluded.owner, seq = r.seq + 1
  returning epoch, seq, index
), epoch as (
  insert into ${schema}.epochs (address, epoch, base) select $1, epoch, seq from head
), barrier as (
  insert into ${schema}.entries as e (address, seq, last, epoch, index, at, owner)
  select $1, seq, seq, epoch, index, $3::float8, $2 from head
  returning ${COLUMNS}
)
select * from barrier`,

  taken: `
select e.epoch, e.base, s.seq, s.state from ${schema}.epochs e
left join ${schema}.snapshots s on s.address = e.address and e.epoch = $2::bigint
where e.address = $1 and e.epoch <= $2::bigint order by e.epoch`,

  // $4 deadline, $5 first seq or null, $6 last, $7 index, $8 what seq the snapshot is of or null, $9 it, $10 durability
  append: `
with ${level('$10')}, head as (
  update ${schema}.rooms set
    seq = coalesce($6::bigint, seq), index = coalesce($7::bigint, index),
    saved = greatest(saved, coalesce($8::bigint, 0)), deadline = $4::float8
  from level
  where address = $1 and epoch = $2::bigint and owner = $3
    and ($5::bigint is null or seq = $5::bigint - 1)
    and ($8::bigint is null or $8::bigint <= coalesce($6::bigint, seq))
  returning true
), entry as (
  insert into ${schema}.entries (address, seq, last, epoch, index, at, body)
  select $1, e.seq, e.last, $2::bigint, e.index, e.at, e.body
  from unnest($11::bigint[], $12::bigint[], $13::bigint[], $14::float8[], $15::bytea[]) as e (seq, last, index, at, body), head
), blanked as (
  update ${schema}.entries e set body = b.body
  from unnest($16::bigint[], $17::bytea[]) as b (seq, body), head
  where e.address = $1 and e.seq = b.seq
), snapshot as (
  insert into ${schema}.snapshots as s (address, seq, state)
  select $1, $8::bigint, $9::bytea from head where $8::bigint is not null
  on conflict (address) do update set seq = excluded.seq, state = excluded.state where s.seq <= excluded.seq
)
select true as done from head`,

  // What goes is settled on by `isSpent` and `lineageFrom`, of @greenroom/rooms, in other words.
  save: `
with ${SYNCED}, head as (
  update ${schema}.rooms set saved = greatest(saved, $5::bigint), deadline = $4::float8
  from level
  where address = $1 and epoch = $2::bigint and owner = $3 and $5::bigint <= seq
  returning seq, saved
), kept as (
  select coalesce((
    select e.seq from ${schema}.entries e
    where e.address = $1 and not
      (e.last <= head.saved and (e.index < $7::bigint or e.seq < $8::bigint or e.at < $9::float8))
    order by e.seq limit 1
  ), head.seq + 1) as first from head
), trimmed as (
  delete from ${schema}.entries e using kept where e.address = $1 and e.seq < kept.first
), epoch as (
  delete from ${schema}.epochs e using kept where e.address = $1 and exists (
    select from ${schema}.epochs n where n.address = $1 and n.base > e.base and n.base <= kept.first)
), snapshot as (
  insert into ${schema}.snapshots as s (address, seq, state) select $1, $5::bigint, $6::bytea from head
  on conflict (address) do update set seq = excluded.seq, state = excluded.state where s.seq <= excluded.seq
)
select true as done from head`,

  head: `select seq from ${schema}.rooms where address = $1 and epoch = $2::bigint and owner = $3`,

  up: `
select ${COLUMNS} from ${schema}.entries e
where e.address = $1 and e.last > $2::bigint and e.seq < $3::bigint
  and e.seq >= coalesce((select b.seq from ${schema}.entries b where b.address = $1 and b.seq <= $2::bigint + 1
    order by b.seq desc limit 1), 0)
order by e.seq limit $4::bigint`,

  down: `
select ${COLUMNS} from ${schema}.entries e
where e.address = $1 and e.last > $2::bigint and e.seq < $3::bigint
  and e.seq >= coalesce((select b.seq from ${schema}.entries b where b.address = $1 and b.seq <= $2::bigint + 1
    order by b.seq desc limit 1), 0)
order by e.seq desc limit $4::bigint`,

  holding: `
select ${COLUMNS} from unnest($2::bigint[]) as p (position) cross join lateral (
  select * from ${schema}.entries where address = $1 and seq <= p.position order by seq desc limit 1
) e where e.last >= p.position`,

  due: `
select address, deadline from ${schema}.rooms where deadline <= $1::float8 order by deadline, address limit $2::bigint`,

  list: `
select address from ${schema}.rooms where address > $1 and address < $2 order by address limit $3::bigint`,

  probe: `
with ${SYNCED}
insert into ${schema}.probe (id, bytes) select 1, $1::bytea from level
on conflict (id) do update set bytes = excluded.bytes`,
});
