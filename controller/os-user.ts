import { userInfo } from 'node:os';

/** What the person is called on this system; undefined where that isn't known or is no name for the wire. */
export function osUserName(): string | undefined {
  try {
    const name = userInfo().username.trim();
    return name !== '' && name.length <= 64 && !/\p{C}/u.test(name) ? name : undefined;
  } catch {
    return undefined; // a user id without an entry
  }
}
