import { type Kysely, type Migration, sql } from "kysely";

/**
 * The schema, step by step. A step that is in a database somewhere never changes: what is wrong with it is mended by the next one.
 *
 * The tenant is in every key and every condition, and nothing joins two tenants, so that a database that is spread over servers by tenant
 * (Citus, YugabyteDB, partitions behind postgres_fdw) needs no other statements.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "001-tenants-documents-lines": { up: first },
  "002-tokens-addresses-order": { up: second },
  "003-partitions-elsewhere": { up: third },
};

/** Tenants are spread over so many partitions. */
const TENANT_PARTITIONS = 8;

async function first(db: Kysely<unknown>): Promise<void> {
  const statements = [
    "create table tenant (tenant text primary key, created timestamptz not null default now())",
    // A box's id is its place among a broker's topics: one tenant has it.
    "create table box (box text primary key, tenant text not null references tenant)",
    "create index box_of_tenant on box (tenant)",
    /*
     * Who answers for a tenant's boxes: `generation` grows each time that somebody takes it, and `committed` is the number of the last
     * group. A group of an older generation commits nothing, and one whose answer was lost is found to be there.
     */
    `create table lease (
       tenant text primary key references tenant,
       holder text,
       generation bigint not null default 0,
       committed bigint not null default 0,
       expires timestamptz not null default now()
     )`,
    "create table worker (worker text primary key, seen timestamptz not null)",
    "create table document (tenant text not null, key text not null, body text not null, primary key (tenant, key)) partition by hash (tenant)",
    /*
     * What only grows. The month is in the key because a partition's column must be; that no record comes twice in two months is the
     * document's doing: the last number of the epoch is in the same transaction.
     */
    `create table line (
       tenant text not null,
       box text not null,
       epoch text not null,
       seq bigint not null,
       part smallint not null,
       month date not null,
       number bigint not null,
       stream text not null,
       body text not null,
       primary key (tenant, box, epoch, seq, part, month)
     ) partition by hash (tenant)`,
    "create index line_newest on line (tenant, box, stream, number)",
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
  for (let i = 0; i < TENANT_PARTITIONS; i++) {
    const values = `for values with (modulus ${TENANT_PARTITIONS}, remainder ${i})`;
    await sql.raw(`create table document_${i} partition of document ${values}`).execute(db);
    await sql.raw(`create table line_${i} partition of line ${values} partition by range (month)`).execute(db);
    // Whatever month nobody made a partition for.
    await sql.raw(`create table line_${i}_rest partition of line_${i} default`).execute(db);
  }
  await sql.raw(MONTH_FUNCTION).execute(db);
}

async function second(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // Found by its id alone: it says which tenant it is good for.
    `create table token (
       id text primary key,
       tenant text not null references tenant,
       name text not null,
       scopes text[] not null,
       hash text not null,
       created timestamptz not null,
       expires timestamptz
     )`,
    // Where the API of a process is asked by the others.
    "alter table worker add column address text",
    // All that happened to a tenant, in order.
    "create index line_in_order on line (tenant, number)",
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

async function third(db: Kysely<unknown>): Promise<void> {
  await sql.raw(MONTH_FUNCTION_HERE).execute(db);
}

/** A partition that lies on another server (`spread.sql`) has its months there. */
const MONTH_FUNCTION_HERE = `
create or replace function make_month(first date) returns void language plpgsql as $$
declare
  name text;
begin
  perform pg_advisory_xact_lock(7331);
  for i in 0..${TENANT_PARTITIONS - 1} loop
    name := format('line_%s_%s', i, to_char(first, 'YYYY_MM'));
    continue when (select relkind from pg_class where oid = format('line_%s', i)::regclass) <> 'p';
    if to_regclass(name) is null then
      execute format('create table %I partition of line_%s for values from (%L) to (%L)',
        name, i, first, (first + interval '1 month')::date);
    end if;
  end loop;
end $$`;

/** Makes the partitions of a month where they are missing; called by whoever runs, for the months to come. */
const MONTH_FUNCTION = `
create function make_month(first date) returns void language plpgsql as $$
declare
  name text;
begin
  perform pg_advisory_xact_lock(7331);
  for i in 0..${TENANT_PARTITIONS - 1} loop
    name := format('line_%s_%s', i, to_char(first, 'YYYY_MM'));
    if to_regclass(name) is null then
      execute format('create table %I partition of line_%s for values from (%L) to (%L)',
        name, i, first, (first + interval '1 month')::date);
    end if;
  end loop;
end $$`;
