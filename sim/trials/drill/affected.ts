import * as v from "valibot";
import { BoxVersionView } from "../../cloud/api/schemas.js";

export type BoxVersion = v.InferOutput<typeof BoxVersionView>;

/** Asks the cloud's API; answers what it says. */
export type Ask = (path: string) => Promise<Response>;

/** The cloud does not answer, or not with what was asked for; the message says why, and the way out. */
export class DrillError extends Error {
  override readonly name = "DrillError";
}

const Page = v.object({ items: v.array(BoxVersionView), next: v.nullable(v.string()) });

/** Boxes of `model` that run a release below `below`, or never said what they run. Throws DrillError. */
export async function affected(ask: Ask, model: string, below: number): Promise<readonly BoxVersion[]> {
  const found: BoxVersion[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      model,
      below: String(below),
      limit: "200",
      ...(cursor !== null && { cursor }),
    });
    const page: v.InferOutput<typeof Page> = await pageOf(ask, `/v1/versions?${query}`);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

async function pageOf(ask: Ask, path: string): Promise<v.InferOutput<typeof Page>> {
  let answer: Response;
  try {
    answer = await ask(path);
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    throw new DrillError(
      `the cloud cannot be asked: ${(cause as Error).message}; is it running, and is --api its address?`,
    );
  }
  if (answer.status === 401 || answer.status === 403) {
    throw new DrillError(`the cloud does not take the token (${answer.status}): make one with the scope "read"`);
  }
  const page = v.safeParse(Page, answer.ok ? await answer.json().catch(() => undefined) : undefined);
  if (!page.success) {
    throw new DrillError(`${answer.status} is no list of versions: --api has to be the address of the cloud's API`);
  }
  return page.output;
}
