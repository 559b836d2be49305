-- Up Migration

-- One row a projection: how far the tables are that are read, and which version of it filled them. A rebuild has a row of its own, `rebuild:<name>`.
delete from projection_checkpoint as older using projection_checkpoint as newer
  where older.name = newer.name and older.version < newer.version;
alter table projection_checkpoint drop constraint projection_checkpoint_pkey, add primary key (name);
grant delete on projection_checkpoint to medianest_app;
-- Whatever its version, one process leads a projection; the epochs go on.
update lease set name = split_part(name, '@', 1) where name like 'projection:%@1';
delete from lease where name like 'projection:%@%';

-- Where tables are filled anew beside those that are read, under the same names.
create schema rebuild;
grant usage on schema rebuild to medianest_app;

-- A table that may be filled anew: one of ours that the caller may empty anyway, so that this gives no right that it has not.
create function rebuildable(wanted text) returns regclass
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found regclass;
begin
  select oid into found from pg_class
    where relnamespace = 'public'::regnamespace and relname = wanted and relkind = 'r' and relowner = current_user::regrole
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
    execute format('drop table if exists rebuild.%s', source.name);
    execute format('create table rebuild.%1$s (like public.%1$s including all excluding indexes)%2$s', source.name, source.options);
    for part in select conname, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = source.oid and contype in ('p', 'u')
    loop
      execute format('alter table rebuild.%s add constraint %I %s', source.name, part.conname, part.definition);
    end loop;
    for part in
      select privilege_type, case grantee when 0 then 'public' else grantee::regrole::text end as grantee
        from aclexplode(source.relacl) where grantee <> source.relowner
    loop
      execute format('grant %s on rebuild.%s to %s', part.privilege_type, source.name, part.grantee);
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
   where not exists (select from pg_class there where there.relnamespace = 'rebuild'::regnamespace and there.relname = x.relname)
   limit 1;
  if found then
    execute replace(missing.definition, format(' ON public.%s ', missing.table_name), format(' ON rebuild.%s ', missing.table_name));
    return true;
  end if;
  foreach name in array tables loop
    perform public.rebuildable(name);
    execute format('analyze rebuild.%I', name);
  end loop;
  return false;
end
$$;

-- Puts the full tables in the place of those that are read. Readers wait for the end of the transaction and then find the new ones; who reads now is
-- waited for, no longer than lock_timeout.
create function swap_rebuild(tables text[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  name text;
begin
  foreach name in array tables loop
    perform public.rebuildable(name);
    execute format('lock table public.%I in access exclusive mode', name);
  end loop;
  foreach name in array tables loop
    execute format('drop table public.%I', name);
    execute format('alter table rebuild.%I set schema public', name);
  end loop;
end
$$;

revoke execute on function rebuildable, begin_rebuild, index_rebuild, swap_rebuild from public;
grant execute on function begin_rebuild, index_rebuild, swap_rebuild to medianest_app;
