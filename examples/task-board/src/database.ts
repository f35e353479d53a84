import { libsqlDatabase } from '@keywright/kysely'
import { Kysely, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'

/** The task board's own tables. The tables of the keys stand beside them, in the same file. */
export interface Tables {
  organizations: { id: string; plan: 'free' | 'team' }
  users: { id: string; name: string; organization_id: string; role: string }
  boards: { id: string; name: string; organization_id: string }
  board_members: { board_id: string; user_id: string; level: string }
  tasks: { board_id: string; title: string; created_by: string; with_key: string }
}

/** Opens the SQLite file. */
export function openDatabase(file: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: libsqlDatabase(new Database(file)) }) })
}

/** Sets what a person may do on a board; `null` takes them off it. */
export async function setLevel(
  db: Kysely<Tables>,
  user_id: string,
  board_id: string,
  level: 'read' | 'edit' | null,
): Promise<void> {
  await db.deleteFrom('board_members').where('board_id', '=', board_id).where('user_id', '=', user_id).execute()
  if (level !== null) await db.insertInto('board_members').values({ board_id, user_id, level }).execute()
}

/** Makes the task board's tables, with two organisations, three people and two boards. */
export async function seed(db: Kysely<Tables>): Promise<void> {
  await sql`create table organizations (id text primary key, plan text)`.execute(db)
  await sql`create table users (id text primary key, name text, organization_id text, role text)`.execute(db)
  await sql`create table boards (id text primary key, name text, organization_id text)`.execute(db)
  await sql`create table board_members (board_id text, user_id text, level text, primary key (board_id, user_id))`.execute(
    db,
  )
  await sql`create table tasks (board_id text, title text, created_by text, with_key text)`.execute(db)

  const organization_id = 'acme'
  await db
    .insertInto('organizations')
    .values([
      { id: 'acme', plan: 'team' },
      { id: 'garage', plan: 'free' },
    ])
    .execute()
  await db
    .insertInto('users')
    .values([
      { id: 'mia', name: 'Mia', organization_id, role: 'member' },
      { id: 'ada', name: 'Ada', organization_id, role: 'admin' },
      { id: 'gus', name: 'Gus', organization_id: 'garage', role: 'admin' },
    ])
    .execute()
  await db
    .insertInto('boards')
    .values([
      { id: 'launch', name: 'Launch', organization_id },
      { id: 'hiring', name: 'Hiring', organization_id },
    ])
    .execute()
  await db
    .insertInto('board_members')
    .values([
      { board_id: 'launch', user_id: 'mia', level: 'edit' },
      { board_id: 'hiring', user_id: 'mia', level: 'read' },
      { board_id: 'launch', user_id: 'ada', level: 'edit' },
      { board_id: 'hiring', user_id: 'ada', level: 'edit' },
    ])
    .execute()
}
