/** How long a host callback may take, in milliseconds. */
export const answerMs = 5_000
