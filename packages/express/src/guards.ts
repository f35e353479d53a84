import { type GuardMarks, guardMarks } from '@keywright/core/adapter'

const guards: GuardMarks = guardMarks()

/** Remembers a guard, so that `assertGuarded` knows it again. */
export const markGuard: GuardMarks['mark'] = guards.mark

export const isGuard: GuardMarks['isMarked'] = guards.isMarked
