/**
 * Numbers of driving licences. AWS gives the keywords; the forms are those of the issuers.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types-pii.html
 */
import { alone, type Format, type FormatTable } from './format.ts';
import { keywords } from './keywords.ts';

const english =
  'dl#, dl:, dlno#, driver licence, driver licences, driver license, driver licenses, ' +
  'driver permit, drivers lic., drivers licence, drivers licences, drivers license, ' +
  "drivers licenses, driver's licence, driver's licences, driver's license, driver's licenses, " +
  "drivers permit, driver's permit, drivers permit number, driving licence, driving license, " +
  'driving permit';

const german =
  'fuehrerschein, fuehrerschein- nr, fuehrerscheinnummer, fuhrerschein, führerschein, ' +
  'fuhrerschein- nr, führerschein- nr, fuhrerscheinnummer, führerscheinnummer';

const portuguese =
  'carta de condução, carteira de habilitação, carteira de motorist, carteira habilitação, ' +
  'carteira motorist, licença condução, licença de condução, número de licença, ' +
  'número licença, permissão condução, permissão de condução';

const spanish =
  'carnet conducer, el carnet de conducer, licencia conducer, licencia de manejo, ' +
  'número carnet conducer, número de carnet de conducer, número de permiso conducer, ' +
  'número de permiso de conducer, número licencia conducer, número permiso conducer, ' +
  'permiso conducción, permiso conducer, permiso de conducción';

/** The states of the US and their forms, those that differ. */
const UNITED_STATES = [
  '[A-Z]{2}\\d{2,7}[A-Z]?',
  '[A-Z]{3}\\d{6}',
  '[A-Z]\\d{3}([ -])\\d{4}\\1\\d{4}',
  '[A-Z]\\d{3}-\\d{3}-\\d{2}-\\d{3}-\\d',
  '[A-Z]\\d{4}-\\d{5}-\\d{5}',
  '[A-Z]\\d{3}-\\d{4}-\\d{4}-\\d{2}',
  '[A-Z]-\\d{3}-\\d{3}-\\d{3}-\\d{3}',
  '[A-Z]\\d{2}-\\d{2}-\\d{4}',
  '\\d{2}[A-Z]{3}\\d{5}',
  '\\d{3}[A-Z]{2}\\d{4}',
  '\\d{7,9}[A-Z]',
  '\\d{2}-\\d{3}-\\d{4}',
  '\\d{3} \\d{3} \\d{3}',
  '\\d{3}-\\d{2}-\\d{4}',
  '[A-Z]\\d{3,18}',
  '\\d{6,14}',
  '(?=[A-Z0-9*]{0,11}\\d)[A-Z]{3}[A-Z*]{2}[A-Z0-9*]{7}',
].join('|');

/** The provinces of Canada. */
const CANADA = [
  '[A-Z]\\d{4}-?\\d{5}-?\\d{5}',
  '[A-Z]\\d{4}-?\\d{6}-?\\d{2}',
  '[A-Z]{2}-?[A-Z]{2}-?[A-Z]{2}-?[A-Z]\\d{3}[A-Z]{2}',
  '[A-Z]{5}\\d{9}',
  '[A-Z]\\d{9,12}',
  '\\d{6}-\\d{3}',
  '\\d{5,9}',
].join('|');

/** The United Kingdom's: name, date of birth, initials, checks, perhaps the issue. */
const UNITED_KINGDOM =
  '[A-Z9]{5} ?\\d[0156]\\d(?:[0-2]\\d|3[01])\\d ?[A-Z9]{2} ?[A-Z0-9][A-Z]{2}(?: ?\\d{2})?';

const TABLE: readonly (readonly [country: string, keywords: string, body: string])[] = [
  [
    'AT',
    'führerschein, fuhrerschein, führerschein republik österreich, ' +
      'fuhrerschein republik osterreich',
    '\\d{8}',
  ],
  ['AU', `${english}, dl :`, '(?=(?:[A-Z]{0,6}\\d){4})[A-Z0-9]{6,10}|\\d{3} \\d{3} \\d{3}'],
  [
    'BE',
    `${german}, numéro permis conduire, permis de conduire, rijbewijs, rijbewijsnummer`,
    '\\d{10}',
  ],
  [
    'BG',
    'превозно средство, свидетелство за управление на моторно, ' +
      'свидетелство за управление на мпс, сумпс, шофьорска книжка',
    '\\d{9}',
  ],
  ['CA', `${english}, permis de conduire`, CANADA],
  ['CY', 'άδεια οδήγησης', '\\d{6,12}'],
  [
    'CZ',
    'číslo licence, císlo licence řidiče, číslo řidičského průkazu, ovladače lic., ' +
      'povolení k jízdě, povolení řidiče, řidiči povolení, řidičský prúkaz, řidičský průkaz',
    '[A-Z]{2} ?\\d{6}',
  ],
  ['DE', german, '[A-Z0-9]\\d{2}[A-Z0-9]{6}\\d[A-Z0-9]'],
  ['DK', 'kørekort, kørekortnummer', '\\d{8}'],
  ['EE', 'juhi litsentsi number, juhiloa number, juhiluba, juhiluba number', 'ET\\d{6}'],
  ['ES', spanish, '\\d{8}[ -]?[A-Z]'],
  [
    'FI',
    'ajokortin numero, ajokortti, förare lic., körkort, körkort nummer, kuljettaja lic., ' +
      'permis de conduire',
    '\\d{6}[-+A]\\d{3}[A-Z0-9]',
  ],
  ['FR', 'permis de conduire', '\\d{12}|\\d{2}[A-Z]{2}\\d{5}'],
  ['GB', english, UNITED_KINGDOM],
  ['GR', 'δεια οδήγησης, άδεια οδήγησης, adeia odigisis', '\\d{9}'],
  ['HR', 'vozačka dozvola', '\\d{8}'],
  [
    'HU',
    'illesztőprogramok lic, jogosítvány, jogsi, licencszám, vezető engedély, vezetői engedély',
    '[A-Z]{2}\\d{6}',
  ],
  ['IE', 'ceadúnas tiomána', '\\d{3} ?\\d{3} ?\\d{3}|\\d{6}[A-Z]{4}'],
  [
    'IT',
    'patente di guida, patente di guida numero, patente guida, patente guida numero',
    '[A-Z]{2}\\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z]',
  ],
  ['LT', 'vairuotojo pažymėjimas', '\\d{8}'],
  ['LU', 'fahrerlaubnis, führerschäin', '\\d{6}'],
  [
    'LV',
    'autovadītāja apliecība, licences numurs, vadītāja apliecība, vadītāja apliecības numurs, ' +
      'vadītāja atļauja, vadītāja licences numurs, vadītāji lic.',
    '[A-Z]{2,3}\\d{6}',
  ],
  ['MT', 'liċenzja tas-sewqan', '[A-Z]{2} ?\\d{3} ?\\d{3}|\\d{2} ?\\d{3}'],
  ['NL', 'permis de conduire, rijbewijs, rijbewijsnummer', '\\d{10}'],
  ['PL', 'numer licencyjny, prawo jazdy, zezwolenie na prowadzenie', '\\d{5}/\\d{2}/\\d{4}'],
  ['PT', portuguese, '[A-Z]{1,2}-?\\d{5,8} ?\\d?'],
  ['RO', 'numărul permisului de conducere, permis de conducere', '[A-Z]\\d{8}[A-Z]?|\\d{9}'],
  [
    'SE',
    'ajokortin numero, dlno# ajokortti, drivere lic., förare lic., körkort, körkort nummer, ' +
      'körkortsnummer, kuljettajat lic.',
    '(?:\\d{2})?\\d{6}-?\\d{4}',
  ],
  ['SI', 'vozniško dovoljenje', '\\d{9}'],
  [
    'SK',
    'číslo licencie, číslo vodičského preukazu, ovládače lic., povolenia vodičov, ' +
      'povolenie jazdu, povolenie na jazdu, povolenie vodiča, vodičský preukaz',
    '[A-Z]\\d{7}',
  ],
  ['US', english, UNITED_STATES],
];

const formatOf = (list: string, body: string): Format => ({
  pattern: alone(body),
  isValid: (text) => /\d/.test(text),
  keywords: keywords(list),
});

export const drivingLicences: FormatTable = Object.fromEntries(
  TABLE.map(([country, list, body]) => [`DriversLicense-${country}`, [formatOf(list, body)]]),
);
