-- Moves one partition of the log to another server, with what is in it. Stop the services first.
--
-- On the other server: `npm run cloud -- --database postgres://…/cloud --migrate`. Then, on the one that the services ask:
--
--   psql -d cloud -v server=two -v host=10.0.0.2 -v port=5432 -v dbname=cloud -v user=cloud -v password=… -v part=3 -f spread.sql
--
-- `part`: 0 to 7. What is small (documents, leases, tokens) stays. A group is committed there first and here last: where this one is cut off
-- in between, the group is tried again, and finds its lines.
\set ON_ERROR_STOP on
select 'line_' || :'part' as name, 'line_' || :'part' || '_moved' as moved
\gset
begin;
create extension if not exists postgres_fdw;
-- A partition on another server has no part in a key of the whole: each partition has its own.
alter table line drop constraint if exists line_pkey;
do $$
declare
  partition regclass;
begin
  for partition in
    select inhrelid from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'line'::regclass and relkind = 'p'
      and not exists (select 1 from pg_constraint where conrelid = inhrelid and contype = 'p')
  loop
    execute format('alter table %s add primary key (tenant, box, epoch, seq, part, month)', partition);
  end loop;
end $$;
create server if not exists :"server" foreign data wrapper postgres_fdw
  options (host :'host', port :'port', dbname :'dbname', fetch_size '1000');
create user mapping if not exists for current_user server :"server" options (user :'user', password :'password');
alter table line detach partition :"name";
alter table :"name" rename to :"moved";
create foreign table :"name" partition of line for values with (modulus 8, remainder :part) server :"server";
insert into :"name" select * from :"moved";
drop table :"moved";
commit;
