import type { PackTexts } from "./texts.js";

export const fr: PackTexts = {
  title: "Dossier d'urgence",
  purpose: "Ouvre cette armoire sans courant, sans internet ou sans le cloud.",
  secret: "Qui tient cette feuille peut ouvrir tous les casiers. Gardez-la sous clé, loin de l'armoire.",
  sheet: "Feuille {sheet}",
  made: "Établi le {time}",
  seen: "Dernières nouvelles de l'armoire : {time}",
  "never-seen": "L'armoire n'a pas encore donné de nouvelles",
  "used-count": "Codes déjà utilisés : {count}",
  "page-of": "{page} / {pages}",
  sample: "EXEMPLE : clés et codes inventés, qui n'ouvrent aucune armoire",
  "sample-mark": "EXEMPLE",
  superseded: "REMPLACÉE : la feuille {sheet} est en vigueur",
  "superseded-mark": "REMPLACÉE",
  "superseded-note":
    "Prenez la feuille {sheet} et détruisez celle-ci. Tant qu'aucun code de la feuille {sheet} n'a servi, l'armoire peut encore accepter ceux-ci.",
  "closed-note":
    "L'armoire n'accepte plus aucun code de cette feuille. Prenez la feuille {sheet} et détruisez celle-ci.",

  power: "Panne de courant",
  "power-sign": "L'écran est noir, ou il affiche « Sur batterie »",
  "power-1":
    "Appuyez sur le petit bouton noir sous l'écran et attendez que l'écran s'allume. Sur batterie, il s'éteint de nouveau après {minutes} minutes.",
  "power-2":
    "Utilisez l'armoire comme d'habitude : codes de réservation, codes de clé, badges et porte-clés fonctionnent, et les clés peuvent être rendues.",
  "power-3": "Quelqu'un n'a pas de code valable ? Ouvrez le casier avec cette feuille, voir plus bas.",
  internet: "Pas d'internet",
  "internet-sign": "L'écran affiche « {notice-offline} »",
  "internet-1":
    "D'abord, activez le partage de connexion d'un téléphone. Sur l'armoire, touchez « {choice-hotspot} », choisissez-le et tapez son mot de passe. Attendez que « {notice-offline} » disparaisse.",
  "internet-2":
    "Pas de réseau non plus ? Continuez : l'armoire s'en tient à ce qu'elle savait et signale tout plus tard, d'elle-même.",
  "internet-3":
    "Elle ignore les réservations faites depuis. Cherchez la clé dans la liste et ouvrez son casier avec cette feuille.",
  cloud: "Le cloud est en panne",
  "cloud-sign": "Internet fonctionne, mais l'armoire affiche « {notice-offline} » et l'application ne répond pas",
  "cloud-1":
    "Continuez : les codes et badges que l'armoire connaît restent valables. Un partage de connexion n'y change rien.",
  "cloud-2":
    "Les porte-clés sont anonymes. Cherchez la clé par son nom, page {names} : vous y trouvez son porte-clés et son casier.",
  "cloud-3":
    "Ouvrez ce casier avec cette feuille. Comparez le numéro du porte-clés avant de remettre la clé, et notez-le à la dernière page.",

  "how-title": "Ouvrir avec cette feuille",
  "how-1": "Touchez « {choice-emergency} », puis « {choice-one-bin} », « {choice-all-bins} » ou « {choice-unmount} ».",
  "how-2":
    "L'écran indique une feuille et un numéro de code : « {ask} ». Cherchez ce numéro ici, tapez ses 8 chiffres et validez. Puis barrez-le.",
  "how-3": "L'écran indique une feuille plus ancienne que {sheet} ? Touchez « {choice-newer-sheet} » et tapez {sheet}.",
  "how-4": "Porte coincée, ou coupure de courant ? Le même code reste valable {grace} minutes.",
  "how-5":
    "Après {free} codes erronés pour un casier, ce casier attend : deux minutes, puis davantage, une heure au plus. Laissez l'armoire branchée ; autres casiers, badges et porte-clés fonctionnent.",

  "codes-title": "Codes",
  "codes-note": "L'écran demande un numéro. Un code barré a servi et n'ouvre plus rien.",
  all: "Tous les casiers",
  "all-note":
    "Ouvre tous les casiers, l'un après l'autre. Après une coupure, la suite vient seule ou avec le même code.",
  unmount: "Décrocher du mur",
  "unmount-note": "Tenez l'armoire, tapez le code, puis appuyez dans la minute sur le bouton qui clignote.",
  bin: "Casier {bin}",
  empty: "vide",
  disabled: "hors service",
  unsure: "à vérifier",
  "no-key": "porte-clés sans clé connue",

  "by-name": "Clés par nom",
  "by-fob": "Clés par porte-clés",
  "keys-note": "L'état au moment de l'impression. « ? » : le casier a été ouvert en urgence depuis, regardez dedans.",
  "column-key": "Clé",
  "column-fob": "Porte-clés",
  "column-bin": "Casier",
  "with-holder": "chez {holder}",
  "at-box": "casier {bin} de {box}",
  nowhere: "dans aucune armoire",

  log: "Qui a pris quoi",
  "log-note": "Notez ce que vous faites sans le cloud, et remettez cette page au responsable quand tout est rétabli.",
  "column-when": "Date, heure",
  "column-who": "Nom",
  "column-out": "Sortie",
  "column-in": "Retour",
  "column-code": "N° code",

  plan: "Plan d'urgence",
  "plan-purpose":
    "{model} n'a ni mode hors ligne ni batterie : aucun code ne l'ouvre sans courant, sans internet ou sans le cloud.",
  "plan-before": "Avant que cela n'arrive",
  "plan-before-1":
    "Gardez hors de l'armoire un double de chaque clé qui ne peut attendre, dans un endroit fermé que deux personnes connaissent.",
  "plan-before-2": "Branchez l'armoire et sa box internet sur une alimentation secourue (onduleur).",
  "plan-before-3":
    "Réimprimez ce plan à chaque changement de clés. Il ne contient aucun code, mais il dit à qui est chaque porte-clés.",
  "plan-power-sign": "L'écran est noir",
  "plan-power-1":
    "Vérifiez la prise et le disjoncteur. Amenez le courant d'une autre prise, d'un onduleur ou d'une batterie : pour l'armoire et la box.",
  "plan-power-2": "Attendez l'écran d'accueil, puis utilisez l'armoire comme d'habitude.",
  "plan-power-3": "En attendant, remettez des doubles et notez chacun à la dernière page.",
  "plan-internet-sign": "L'écran indique qu'elle n'est pas connectée",
  "plan-internet-1":
    "D'abord un partage de connexion : donnez-lui le nom et le mot de passe du Wi-Fi de l'armoire, et éteignez ce Wi-Fi. L'armoire s'y joint d'elle-même.",
  "plan-internet-2": "Ou redémarrez la box : débranchez, attendez 30 secondes, rebranchez. Puis l'armoire, de même.",
  "plan-internet-3": "En attendant, remettez des doubles et notez chacun à la dernière page.",
  "plan-cloud-sign": "Internet fonctionne, mais aucun code n'est accepté et l'application ne répond pas",
  "plan-cloud-1": "Rien ne s'ouvre avant le retour du cloud. Ne forcez pas les portes : les serrures cassent.",
  "plan-cloud-2": "Remettez des doubles. Les listes disent quelle clé est où, dès que l'armoire s'ouvre de nouveau.",
  "plan-cloud-3":
    "Prenez les retours en main propre, avec nom et heure. Rangez-les quand l'armoire fonctionne de nouveau.",

  "page-search": "Clé, porte-clés ou casier",
  "page-cloud-2":
    "Les porte-clés sont anonymes. Tapez le nom de la clé dans le champ tout en haut : il donne le porte-clés et le casier.",
  "page-none": "Rien ne porte ce nom.",
  "page-what": "Que se passe-t-il ?",
  "page-other-codes": "Autres codes",
  "page-used": "utilisé",
  "page-elsewhere": "Clés qui ne sont pas dans cette armoire",
  "page-choose-box": "Armoire",
};
