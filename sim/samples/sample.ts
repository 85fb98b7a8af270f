import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Box } from "../cloud/domain.js";
import { importKeys } from "../cloud/import/import-keys.js";
import { binLabels, newBox } from "../cloud/new-box.js";
import type { CloudService } from "../cloud/service.js";
import { Random } from "../world/random.js";

export const SAMPLE_KEYS_FILE = fileURLToPath(new URL("./keys.csv", import.meta.url));

/** Boxes of the sample. */
export const SAMPLE_BOXES = { ms5: "MS5-PARIS", ms4: "MS4-TOKYO", ms3: "MS3-TOKYO" } as const;

/**
 * Fills an empty cloud with a property manager's organisation: two locations, three boxes, the keys of `keys.csv`, people
 * with badges, and an access of each kind. The same seed gives the same secrets. Throws CloudError when the cloud is not empty.
 */
export function makeSample(cloud: CloudService, seed: number): void {
  const random = new Random(seed);
  const { admin } = cloud;
  const paris = admin.addLocation({ name: "Paris Marais", timeZone: "Europe/Paris", language: "fr" });
  const tokyo = admin.addLocation({ name: "Tokyo Shibuya", timeZone: "Asia/Tokyo", language: "ja" });
  const addBox = (id: string, model: Box["model"], location: number, units: readonly number[]): void => {
    admin.addBox(newBox({ id, model, location, bins: binLabels(units) }, (count) => random.bytes(count)));
  };
  addBox(SAMPLE_BOXES.ms5, "MS5", paris.id, [12, 12]);
  addBox(SAMPLE_BOXES.ms4, "MS4", tokyo.id, [8]);
  addBox(SAMPLE_BOXES.ms3, "MS3", tokyo.id, [4]);
  // One key code has four digits, as somebody chose it.
  importKeys(admin, cloud.store.organisation, readFileSync(SAMPLE_KEYS_FILE, "utf8"), true);
  addPeople(cloud);
}

/** Booking codes are chosen, so that demos and tests can type them. */
function addPeople({ admin, store }: CloudService): void {
  const key = (name: string): number => store.organisation.keys.find((k) => k.name === name)!.id;
  const amelie = admin.addUser({ name: "Amélie Girard", badge: "900AMG" });
  const kenji = admin.addUser({ name: "田中 健二", badge: "901KJT" });
  const noor = admin.addUser({ name: "Noor Haddad", badge: "902NHD" });
  const plumber = admin.addUser({ name: "Plomberie Lefèvre" });
  const ongoing = { kind: "ongoing" } as const;
  admin.addAccess(amelie.id, key("Rue de Rivoli 12 front door"), ongoing, "135790");
  admin.addAccess(amelie.id, key("Master key, fire panel"), ongoing, "246801");
  admin.addAccess(kenji.id, key("桜坂ハイツ 101"), ongoing, "112358");
  admin.addAccess(kenji.id, key("桜坂ハイツ 102"), ongoing, "314159");
  admin.addAccess(noor.id, key("Van PR-482-KD"), ongoing, "271828");
  const scheduled = (start: string, end: string, zone: string) => ({ kind: "scheduled", start, end, zone }) as const;
  const year = scheduled("2026-01-01T00:00", "2027-01-01T00:00", "Europe/Paris");
  admin.addAccess(noor.id, key("Quai des Brumes 4, apt 21"), year, "161803");
  admin.addAccess(
    plumber.id,
    key("Meter room east"),
    scheduled("2026-06-01T08:00", "2026-06-05T18:00", "Europe/Paris"),
    "577215",
  );
  admin.addAccess(
    plumber.id,
    key("Master key, fire panel"),
    scheduled("2026-06-01T08:00", "2026-12-31T18:00", "local"),
    "662607",
  );
}
