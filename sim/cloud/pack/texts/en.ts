/** Texts of the emergency pack. `{name}` is a placeholder; `{choice-...}` is what the panel calls it. */
export const en = {
  title: "Emergency pack",
  purpose: "Opens this box when the power, the internet or the cloud is gone.",
  secret: "Whoever holds this paper can open every bin. Lock it up, away from the box.",
  sheet: "Sheet {sheet}",
  made: "Made {time}",
  seen: "The box last reported {time}",
  "never-seen": "The box has not reported yet",
  "used-count": "Used so far: {count}",
  "page-of": "{page} / {pages}",
  sample: "SAMPLE: made-up keys and codes that open no box",
  "sample-mark": "SAMPLE",
  superseded: "SUPERSEDED: sheet {sheet} is in force",
  "superseded-mark": "SUPERSEDED",
  "superseded-note":
    "Fetch sheet {sheet} and destroy this one. Until a code of sheet {sheet} has been used, the box may still take these.",
  "closed-note": "The box takes no code of this sheet any more. Fetch sheet {sheet} and destroy this one.",

  power: "The power is out",
  "power-sign": "The screen is dark, or says “On battery”",
  "power-1":
    "Press the small black button under the screen and wait for the screen to light up. On battery it goes dark again after {minutes} minutes.",
  "power-2": "Use the box as always. Booking codes, key codes, badges and fobs work, and keys can be returned.",
  "power-3": "Somebody has no code that works? Open the bin with this sheet, below.",
  internet: "There is no internet",
  "internet-sign": "The screen says “{notice-offline}”",
  "internet-1":
    "First switch on a phone's hotspot. At the box touch “{choice-hotspot}”, choose it, type its password. Wait until “{notice-offline}” is gone.",
  "internet-2":
    "No signal either? Carry on: the box goes by what it knew last, and reports everything later by itself.",
  "internet-3":
    "A booking made since then is unknown to the box. Find the key in the list and open its bin with this sheet.",
  cloud: "The cloud is down",
  "cloud-sign": "The internet works, but the box says “{notice-offline}” and the app does not answer",
  "cloud-1": "Carry on: codes and badges that the box knows still work. A hotspot does not help.",
  "cloud-2": "The fobs bear no names. Look the key up by name, on page {names}, for its fob and its bin.",
  "cloud-3":
    "Open that bin with this sheet. Compare the fob's number before you hand the key over, and write it down on the last page.",

  "how-title": "How to open with this sheet",
  "how-1": "Touch “{choice-emergency}”, then “{choice-one-bin}”, “{choice-all-bins}” or “{choice-unmount}”.",
  "how-2":
    "The screen names a sheet and a code number: “{ask}”. Find that number here and type its 8 digits, then enter. Cross it out.",
  "how-3": "Does the screen name a sheet older than {sheet}? Touch “{choice-newer-sheet}” and type {sheet}.",
  "how-4": "A door jammed, or the power failed? The same code works again for {grace} minutes.",
  "how-5":
    "After {free} wrong codes for one bin, that bin waits: two minutes, then longer, an hour at most. Leave the box plugged in; other bins, badges and fobs work meanwhile.",

  "codes-title": "Codes",
  "codes-note": "The screen asks for a number. A code that is crossed out is used up and opens nothing.",
  all: "All bins",
  "all-note": "Opens every bin, one after another. After a power cut it goes on by itself, or with the same code.",
  unmount: "Release from the wall",
  "unmount-note": "Hold the box, type the code, then press the flashing button within a minute.",
  bin: "Bin {bin}",
  empty: "empty",
  disabled: "out of service",
  unsure: "to be checked",
  "no-key": "fob of no known key",

  "by-name": "Keys by name",
  "by-fob": "Keys by fob",
  "keys-note": "Where the keys were when this was made. “?”: the bin was opened in an emergency since, look inside.",
  "column-key": "Key",
  "column-fob": "Fob",
  "column-bin": "Bin",
  "with-holder": "with {holder}",
  "at-box": "bin {bin} of {box}",
  nowhere: "in no box",

  log: "Who took what",
  "log-note": "Write down what you do without the cloud, and give it to your manager when all is well again.",
  "column-when": "Date, time",
  "column-who": "Name",
  "column-out": "Out",
  "column-in": "Back",
  "column-code": "Code no.",

  plan: "Emergency outage plan",
  "plan-purpose": "{model} has no offline mode and no battery: no code opens it without power, internet and cloud.",
  "plan-before": "Before it happens",
  "plan-before-1":
    "Keep a spare of every key that cannot wait outside this box, in a locked place that two people know.",
  "plan-before-2": "Put the box and its router on a battery-backed supply (UPS).",
  "plan-before-3": "Print this plan anew whenever keys change. It holds no codes, but it says which fob is whose.",
  "plan-power-sign": "The screen is dark",
  "plan-power-1":
    "Check the plug and the breaker. Bring power from another socket, a UPS or a power station: box and router.",
  "plan-power-2": "Wait for the welcome screen; then use the box as always.",
  "plan-power-3": "Meanwhile hand out spare keys and write each one down on the last page.",
  "plan-internet-sign": "The screen says that it is not connected",
  "plan-internet-1":
    "First a phone's hotspot: give it the name and password of the Wi-Fi that the box uses, and switch that Wi-Fi off. The box joins by itself.",
  "plan-internet-2": "Or restart the router: plug out, wait 30 seconds, plug in. Then the same with the box.",
  "plan-internet-3": "Meanwhile hand out spare keys and write each one down on the last page.",
  "plan-cloud-sign": "The internet works, but no code is taken and the app does not answer",
  "plan-cloud-1": "Nothing opens until the cloud is back. Do not force the doors: it breaks the locks.",
  "plan-cloud-2": "Hand out spare keys. The fob lists say which key hangs where once the box opens again.",
  "plan-cloud-3": "Take returned keys by hand, with name and time. Hang them in when the box works.",

  "page-search": "Key, fob or bin",
  "page-cloud-2":
    "The fobs bear no names. Type the key's name into the field at the top: it finds the fob and the bin.",
  "page-none": "Nothing is called that.",
  "page-what": "What has happened?",
  "page-other-codes": "Other codes",
  "page-used": "used",
  "page-elsewhere": "Keys that are not in this box",
  "page-choose-box": "Box",
} as const;
