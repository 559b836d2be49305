-- Up Migration

-- One row a projection: how far the tables are that are read, and which version of it filled them. A rebuild has a row of its own, `rebuild:<name>`.
delete from projection_checkpoint as older using projection_checkpoint as newer
  where older.name = newer.name and older.version < newer.version;
alter table projection_checkpoint drop constraint projection_checkpoint_pkey, add primary key (name);
grant delete on projection_checkpoint to medianest_app;
-- Whatever its version, one process leads a projection; the epochs go on from the highest.
delete from lease as older using lease as newer
  where older.name like 'projection:%@%' and split_part(older.name, '@', 1) = split_part(newer.name, '@', 1)
    and (older.epoch, older.name) < (newer.epoch, newer.name);
update lease set name = split_part(name, '@', 1) where name like 'projection:%@%';

-- Where tables are filled anew beside those that are read, under the same names.
create schema medianest_rebuild;
grant usage on schema medianest_rebuild to medianest_app;

-- A migration after this one may change tables of which half a rebuild is there. That is of no version then, and so begins anew.
create function begin_rebuilds_anew() returns trigger
language plpgsql
as $$
begin
  update public.projection_checkpoint set version = 0 where name like 'rebuild:%';
  return null;
end
$$;
create trigger begin_rebuilds_anew after insert on public.pgmigrations execute function begin_rebuilds_anew();

-- A table that may be filled anew: one of ours that the caller may empty anyway, so that this gives no right that it has not.
create function rebuildable(wanted text) returns regclass
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found regclass;
begin
  select oid into found from pg_class
    where relnamespace = 'public'::regnamespace and relname = wanted and relkind = 'r' and pg_get_userbyid(relowner) = current_user
      and has_table_privilege(session_user, oid, 'delete');
  if found is null then
    raise insufficient_privilege using message = format('table %s is not one to fill anew', wanted);
  end if;
  return found;
end
$$;

-- Makes the tables, empty, with the rights and keys of those that are read. The other indexes come when they are full: that is a third of the work.
create function begin_rebuild(tables text[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  source record;
  part record;
begin
  for source in
    select c.oid, quote_ident(c.relname) as name, c.relacl, c.relowner,
           coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') as options
      from unnest(tables) as wanted join pg_class c on c.oid = public.rebuildable(wanted)
  loop
    execute format('drop table if exists medianest_rebuild.%s', source.name);
    execute format('create table medianest_rebuild.%1$s (like public.%1$s including all excluding indexes)%2$s', source.name, source.options);
    for part in select conname, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = source.oid and contype in ('p', 'u')
    loop
      execute format('alter table medianest_rebuild.%s add constraint %I %s', source.name, part.conname, part.definition);
    end loop;
    for part in
      select privilege_type, case grantee when 0 then 'public' else grantee::regrole::text end as grantee
        from aclexplode(source.relacl) where grantee <> source.relowner
    loop
      execute format('grant %s on medianest_rebuild.%s to %s', part.privilege_type, source.name, part.grantee);
    end loop;
  end loop;
end
$$;

-- Makes one index that the full tables miss, and says so; when none is missing, looks at them for the planner.
create function index_rebuild(tables text[]) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  missing record;
  name text;
begin
  select pg_get_indexdef(i.indexrelid) as definition, quote_ident(t.relname) as table_name into missing
    from unnest(tables) as wanted
    join pg_class t on t.oid = public.rebuildable(wanted)
    join pg_index i on i.indrelid = t.oid
    join pg_class x on x.oid = i.indexrelid
   where not exists (select from pg_class there where there.relnamespace = 'medianest_rebuild'::regnamespace and there.relname = x.relname)
   limit 1;
  if found then
    execute replace(missing.definition, format(' ON public.%s ', missing.table_name), format(' ON medianest_rebuild.%s ', missing.table_name));
    return true;
  end if;
  foreach name in array tables loop
    perform public.rebuildable(name);
    execute format('analyze medianest_rebuild.%I', name);
  end loop;
  return false;
end
$$;

-- Puts the full tables in the place of those that are read. Readers wait for the end of the transaction and then find the new ones. Who uses a table now is
-- waited for, no longer than that in all; first those who use the full ones (a vacuum, a backup), for while these are waited for nobody else must wait.
create function swap_rebuild(tables text[], patience_ms int) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  patient_until timestamptz := clock_timestamp() + patience_ms * interval '1 ms';
  place text;
  name text;
begin
  foreach place in array array['medianest_rebuild', 'public'] loop
    foreach name in array tables loop
      perform public.rebuildable(name);
      perform set_config('lock_timeout', greatest(1, ceil(extract(epoch from patient_until - clock_timestamp()) * 1000))::text, true);
      execute format('lock table %I.%I in access exclusive mode', place, name);
    end loop;
  end loop;
  foreach name in array tables loop
    execute format('drop table public.%I', name);
    execute format('alter table medianest_rebuild.%I set schema public', name);
  end loop;
end
$$;

revoke execute on function rebuildable, begin_rebuild, index_rebuild, swap_rebuild from public;
grant execute on function begin_rebuild, index_rebuild, swap_rebuild to medianest_app;
