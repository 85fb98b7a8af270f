import { CLOUD_USERNAME } from "../cloud/organisation.js";

/** Who may use a broker: boxes only below their own topics, the cloud everywhere. */
export interface BoxAccount {
  readonly box: string;
  readonly username: string;
  readonly password: string;
}

export interface Accounts {
  readonly boxes: readonly BoxAccount[];
  readonly cloud: { readonly username: string; readonly password: string };
}

export function publishPrefix(box: string): string {
  return `smartbox/${box}/up/`;
}

export function subscribePrefix(box: string): string {
  return `smartbox/${box}/down/`;
}

/** The accounts of a cloud's boxes. */
export function accountsOf(
  boxes: readonly { readonly id: string; readonly username: string; readonly password: string }[],
  cloudPassword: string,
): Accounts {
  return {
    boxes: boxes.map(({ id, username, password }) => ({ box: id, username, password })),
    cloud: { username: CLOUD_USERNAME, password: cloudPassword },
  };
}
