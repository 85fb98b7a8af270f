/** What stands in the place of a name that is not known, or not any more. */
export function nameless(user: number | undefined): string {
  return user === undefined ? "somebody" : `user ${user}`;
}
