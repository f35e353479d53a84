/** What the program ends with. The numbers are API: scripts branch on them. */
export const exitCode = {
  /** Done, or good. */
  ok: 0,
  /** A "no": a key that is refused, findings of `doctor`, a broken log, a change that the rules forbid. */
  refused: 1,
  /** The command line or a value in it is wrong. Nothing was done. */
  usage: 2,
  /** The database, the server or a function of the project's did not answer, or has wrong secrets. */
  unavailable: 3,
  /** The project lacks something: a configuration, a package, an environment variable. */
  setup: 4,
  /** A fault of this program. */
  internal: 70,
  /** What it answers is not read to its end, or could not be written. */
  unread: 141,
  /** Somebody ended it with Ctrl-C. */
  cancelled: 130,
} as const

/** One of {@link exitCode}. */
export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
