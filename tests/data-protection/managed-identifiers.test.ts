/** What each of AWS's managed data identifiers finds, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import { Examination } from '../../src/data-protection/examination.ts';
import { managedIdentifiers } from '../../src/data-protection/managed-identifiers.ts';

/** The texts that an identifier finds. */
function found(name: string, text: string): string[] {
  const identifier = managedIdentifiers.get(name);
  if (identifier === undefined) throw new Error(`no identifier ${name}`);
  return new Examination(text).find(identifier).map(({ start, end }) => text.slice(start, end));
}

const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const block = (label: string) =>
  `-----BEGIN ${label}-----\nb3BlbnNzaC1rZXktdjE=\n-----END ${label}-----`;
const PUTTY = 'PuTTY-User-Key-File-3: ssh-rsa\nComment: x\nPrivate-MAC: 00ff';

/** Per identifier: texts in which the part between « and » is found, and texts without any. */
const TABLE: { readonly [name: string]: readonly [right: string[], wrong: string[]] } = {
  AwsSecretKey: [
    [
      `aws_secret_access_key = «${KEY}»`,
      `{"secretAccessKey":"«${KEY}»"}`,
      `AWS-Secret-Access-Key:«${KEY}»`,
    ],
    [`hash ${KEY}`, `secret key ${KEY}x`, `secret key ${'a'.repeat(40)}`],
  ],
  OpenSshPrivateKey: [
    [`key:\n«${block('OPENSSH PRIVATE KEY')}»\nend`],
    [block('OPENSSH PUBLIC KEY'), block('RSA PRIVATE KEY')],
  ],
  PgpPrivateKey: [[`«${block('PGP PRIVATE KEY BLOCK')}»`], [block('PGP PUBLIC KEY BLOCK')]],
  PkcsPrivateKey: [
    [
      `«${block('RSA PRIVATE KEY')}» and «${block('PRIVATE KEY')}»`,
      `«${block('ENCRYPTED PRIVATE KEY')}»`,
      '«-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE»',
    ],
    [block('PUBLIC KEY'), block('CERTIFICATE')],
  ],
  PuttyPrivateKey: [[`«${PUTTY}»\n`], ['PuTTY-User-Manual']],
  IpAddress: [
    [
      'from «192.168.1.17».',
      '«10.0.0.1»:8080',
      '[«2001:db8::ff00:42:8329»]',
      '«::1», «::ffff:1.2.3.4»',
    ],
    ['256.1.1.1', '1.2.3', '1.2.3.4.5', 'std::string', '12:30:45', 'version 1.10'],
  ],
  'BankAccountNumber-DE': [
    ['IBAN: «DE89 3704 0044 0532 0130 00»', 'kontonummer «de89370400440532013000»'],
    ['DE89370400440532013000', 'IBAN DE88370400440532013000', 'IBAN GB29NWBK60161331926819'],
  ],
  'BankAccountNumber-ES': [['iban «ES9121000418450200051332»'], ['iban ES9021000418450200051332']],
  'BankAccountNumber-FR': [
    ['compte bancaire «FR14 2004 1010 0505 0001 3M02 606»'],
    ['compte bancaire FR15 2004 1010 0505 0001 3M02 606'],
  ],
  'BankAccountNumber-GB': [['account number «GB29NWBK60161331926819»'], ['GB29NWBK60161331926819']],
  'BankAccountNumber-IT': [
    ['iban «IT60X0542811101000000123456»'],
    ['iban IT61X0542811101000000123456'],
  ],
  'BankAccountNumber-US': [
    ['checking account: «123456789012»'],
    ['order 123456789012', 'bank account 1234'],
  ],
  CreditCardExpiration: [
    ['expiry «09/27»', '{"expiration":"«12/2027»"}'],
    ['expiry 13/27', 'on 09/27', 'expiration 2027-09-01'],
  ],
  CreditCardMagneticStripe: [
    [
      'swipe «%B4539894458086459^DOE/JOHN^27091011234?»',
      'card data «;4539894458086459=27091011234?»',
    ],
    ['%B4539894458086459^DOE/JOHN^27091011234?', 'swipe 4539894458086459'],
  ],
  CreditCardNumber: [
    [
      'My credit card number is «4539894458086459»',
      'visa: «4539 8944 5808 6459»',
      '{"cardNumber":"«4539-8944-5808-6459»"}',
      'amex «374245455400126»',
      'amex «3742 454554 00126»',
      'mastercard «5425233430109903»',
    ],
    [
      'number 4539894458086459',
      'card 4539894458086458',
      'card 4111111111111111',
      'card 4539894458086459123456',
      'discard 4539894458086459',
      `card ${'.'.repeat(31)}4539894458086459`,
      'card 9999999999999995',
    ],
  ],
  CreditCardSecurityCode: [
    ['CVV: «123»', 'cvc2 «1234»'],
    ['123', 'cvv 12', 'cvv 12345', 'cvv 1.234'],
  ],
  'DrugEnforcementAgencyNumber-US': [
    ['DEA number «BB1388568»'],
    ['DEA number BB1388569', 'BB1388568'],
  ],
  'HealthInsuranceCardNumber-EU': [['EHIC «80276001041234567890»'], ['EHIC 70276001041234567890']],
  'HealthInsuranceClaimNumber-US': [
    ['HICN «123-45-6789-A»', 'hic no. «123456789B2»'],
    ['HICN 12-345'],
  ],
  'HealthInsuranceNumber-FR': [
    ['carte vitale «2 55 08 14 168 025 38»', 'carte vitale «255081416802538»'],
    ['carte vitale 255081416802539', '255081416802538'],
  ],
  'HealthcareProcedureCode-US': [
    ['HCPCS «J1885»', 'hcpcs: «99213»'],
    ['J1885', 'hcpcs J188'],
  ],
  'MedicareBeneficiaryNumber-US': [
    ['MBI «1EG4-TE5-MK73»', 'medicare beneficiary «1EG4TE5MK73»'],
    ['MBI 1SG4-TE5-MK73', '1EG4-TE5-MK73'],
  ],
  'NationalDrugCode-US': [
    ['NDC «0777-3105-02»', 'ndc «50242-040-62»'],
    ['NDC 12-34', '0777-3105-02'],
  ],
  'NationalProviderId-US': [['NPI «1234567893»'], ['NPI 1234567890', '1234567893']],
  'NhsNumber-GB': [
    ['NHS «943 476 5919»', 'nhs: «9434765919»'],
    ['NHS 943 476 5918', '9434765919'],
  ],
  'PersonalHealthNumber-CA': [
    ['PHN «9698 658 215»', 'phn «12345-6789»'],
    ['PHN 9698 658 216', '9698658215'],
  ],
  'CepCode-BR': [['CEP «01310-100»'], ['01310-100', 'CEP 1310-10']],
  'Cnpj-BR': [
    ['CNPJ «11.222.333/0001-81»', 'cnpj «12ABC34501DE35»'],
    ['CNPJ 11.222.333/0001-82', '11.222.333/0001-81'],
  ],
  'CpfCode-BR': [
    ['CPF «529.982.247-25»'],
    ['CPF 529.982.247-26', 'CPF 111.111.111-11', '52998224725'],
  ],
  DateOfBirth: [
    [
      'DOB: «1980-02-29»',
      '{"dateOfBirth":"«02/28/1980»"}',
      'birthday «28 February 1980»',
      'birth_date «Feb 28, 1980»',
      'b-day «28-Feb-80»',
    ],
    ['1980-02-29', 'dob 1980', 'dob 45/45/1980'],
  ],
  'ElectoralRollNumber-GB': [['electoral roll number «AB1234»'], ['AB1234']],
  EmailAddress: [
    ['to «jane.doe+x@mail.example.com».', '<«a@b.co»>', '{"to":"«müller@bücher.example»"}'],
    ['jane@localhost', '@example.com', 'a@b..com', 'at example.com'],
  ],
  'IndividualTaxIdentificationNumber-US': [
    ['ITIN «912-70-1234»'],
    ['ITIN 912-10-1234', 'ITIN 812-70-1234'],
  ],
  'InseeCode-FR': [['INSEE «2 55 08 14 168 025 38»', 'insee «2550814168025»'], ['2550814168025']],
  LatLong: [
    ['location «41.948614,-87.655311»', 'coordinates: «-33.8688, 151.2093»'],
    ['41.948614,-87.655311', 'location 91.5,10.5', "location 41°56.9168'N 87°39.3187'W"],
  ],
  'NationalIdentificationNumber-DE': [
    ['Personalausweis «T22000129»'],
    ['T22000129', 'personalausweis TXXXXXXXX'],
  ],
  'NationalIdentificationNumber-ES': [['DNI «12345678Z»'], ['DNI 12345678A', '12345678Z']],
  'NationalIdentificationNumber-IT': [
    ['codice fiscale «RSSMRA85T10A562S»'],
    ['codice fiscale RSSMRA85T10A562T', 'RSSMRA85T10A562S'],
  ],
  'NationalInsuranceNumber-GB': [
    ['NINO «AB 12 34 56 C»', 'national insurance number «AB123456C»'],
    ['NINO BG123456C', 'NINO AB123456E', 'AB123456C'],
  ],
  'NieNumber-ES': [['NIE «X1234567L»'], ['NIE X1234567A', 'X1234567L']],
  'NifNumber-ES': [['NIF «12345678Z»'], ['NIF 12345678A']],
  'PassportNumber-CA': [['passport «AB123456»'], ['AB123456']],
  'PassportNumber-DE': [['Reisepass «C01X00T47»'], ['C01X00T47', 'Reisepass A01X00T47']],
  'PassportNumber-ES': [['pasaporte «AAA123456»'], ['AAA123456']],
  'PassportNumber-FR': [['passeport «12AB34567»'], ['passeport 12A34567']],
  'PassportNumber-GB': [['passport number «123456789»'], ['passport number 12345678']],
  'PassportNumber-IT': [['passaporto «YA1234567»'], ['YA1234567']],
  'PassportNumber-US': [['passport «123456789»', 'travel document «A12345678»'], ['123456789']],
  'PermanentResidenceNumber-CA': [['PR number «RA0302123456»'], ['RA0302123456']],
  PhoneNumber: [
    ['«+1 206-555-0100»', '«+49 30 1234567»', 'phone «(206) 555-0100»'],
    ['(206) 555-0100', 'order 12345678'],
  ],
  'PhoneNumber-BR': [['«+55 11 91234-5678»', 'celular «(11) 91234-5678»'], ['(11) 91234-5678']],
  'PhoneNumber-DE': [['«+49 (0)30 1234567»', 'tel: «030/1234567»'], ['030/1234567']],
  'PhoneNumber-ES': [['«+34 912 345 678»', 'mobile «612345678»'], ['612345678']],
  'PhoneNumber-FR': [['«+33 1 23 45 67 89»', 'tel «01 23 45 67 89»'], ['01 23 45 67 89']],
  'PhoneNumber-GB': [['«+44 20 7946 0958»', 'phone «020 7946 0958»'], ['020 7946 0958']],
  'PhoneNumber-IT': [['«+39 06 1234 5678»', 'cell «345 123 4567»'], ['345 123 4567']],
  'PhoneNumber-US': [
    ['«+12065550100»', '{"phoneNumber":"«206-555-0100»"}', 'fax «1-800-555-0199»'],
    ['206-555-0100', 'phone 106-555-0100'],
  ],
  'PostalCode-CA': [
    ['«K1A 0B1»', '«k1a0b1»'],
    ['D1A 0B1', 'K1A 0BB'],
  ],
  'RgNumber-BR': [['RG «12.345.678-X»'], ['12.345.678-X']],
  'SocialInsuranceNumber-CA': [['SIN «130 692 544»'], ['SIN 130 692 545', '130 692 544']],
  'Ssn-ES': [
    ['número de la seguridad social «281234567840»'],
    ['ssn 281234567841', '281234567840'],
  ],
  'Ssn-US': [
    ['ssn: «123-45-6789»', 'Social Security «123 45 6789»', '{"ssn":"«123456789»"}'],
    [
      '123-45-6789',
      'ssn 000-45-6789',
      'ssn 666-45-6789',
      'ssn 900-45-6789',
      'ssn 123-00-6789',
      'ssn 123-45-0000',
    ],
  ],
  'TaxId-DE': [['Steuer-ID «86 095 742 719»'], ['steuer id 86 095 742 718', '86095742719']],
  'TaxId-ES': [['CIF «A58818501»'], ['CIF A58818502', 'A58818501']],
  'TaxId-FR': [['tax id «30 23 217 600 053»'], ['tax id 30 23 217 600 054']],
  'TaxId-GB': [['UTR «1955839661»'], ['UTR 2955839661']],
  VehicleIdentificationNumber: [
    ['VIN «1HGCM82633A004352»', 'Fahrgestellnummer «WVWZZZ1JZXW000001»'],
    ['VIN 1HGCM82643A004352', '1HGCM82633A004352', 'VIN IHGCM82633A004352'],
  ],
  'ZipCode-US': [
    ['zip code «98101»', 'ZIP+4: «98101-1234»', '{"zipCode":"«98101»"}'],
    ['98101', 'zip code 9810'],
  ],
  'DriversLicense-AT': [['Führerschein «12345678»'], ['12345678']],
  'DriversLicense-AU': [
    ['driving licence «123456789»', 'dl# «AB123456»'],
    ['driver licence ABCDEF'],
  ],
  'DriversLicense-BE': [['rijbewijs «1234567890»'], ['rijbewijs 123']],
  'DriversLicense-BG': [['шофьорска книжка «123456789»'], ['123456789']],
  'DriversLicense-CA': [['driver licence «A1234-56789-01234»'], ['A1234-56789-01234']],
  'DriversLicense-CY': [['άδεια οδήγησης «1234567»'], ['1234567']],
  'DriversLicense-CZ': [['řidičský průkaz «EJ 123456»'], ['EJ 123456']],
  'DriversLicense-DE': [['Führerscheinnummer «B072RRE2I55»'], ['B072RRE2I55']],
  'DriversLicense-DK': [['kørekort «12345678»'], ['12345678']],
  'DriversLicense-EE': [['juhiluba «ET123456»'], ['juhiluba AB123456']],
  'DriversLicense-ES': [['permiso de conducción «12345678Z»'], ['12345678Z']],
  'DriversLicense-FI': [['ajokortti «010180-123A»'], ['010180-123A']],
  'DriversLicense-FR': [['permis de conduire «123456789012»'], ['123456789012']],
  'DriversLicense-GB': [
    ['driving licence «MORGA657054SM9IJ»'],
    ['MORGA657054SM9IJ', 'driving licence MORGA657954'],
  ],
  'DriversLicense-GR': [['adeia odigisis «123456789»'], ['123456789']],
  'DriversLicense-HR': [['vozačka dozvola «12345678»'], ['12345678']],
  'DriversLicense-HU': [['jogosítvány «AB123456»'], ['AB123456']],
  'DriversLicense-IE': [['ceadúnas tiomána «123 456 789»'], ['123 456 789']],
  'DriversLicense-IT': [['patente di guida «AB1234567C»'], ['AB1234567C']],
  'DriversLicense-LT': [['vairuotojo pažymėjimas «12345678»'], ['12345678']],
  'DriversLicense-LU': [['fahrerlaubnis «123456»'], ['123456']],
  'DriversLicense-LV': [['vadītāja apliecība «AB123456»'], ['AB123456']],
  'DriversLicense-MT': [['liċenzja tas-sewqan «AB 123 456»'], ['AB 123 456']],
  'DriversLicense-NL': [['rijbewijsnummer «1234567890»'], ['1234567890']],
  'DriversLicense-PL': [['prawo jazdy «12345/06/1234»'], ['12345/06/1234']],
  'DriversLicense-PT': [['carta de condução «L-1234567 8»'], ['L-1234567 8']],
  'DriversLicense-RO': [['permis de conducere «B12345678C»'], ['B12345678C']],
  'DriversLicense-SE': [['körkort «640823-3234»'], ['640823-3234']],
  'DriversLicense-SI': [['vozniško dovoljenje «123456789»'], ['123456789']],
  'DriversLicense-SK': [['vodičský preukaz «A1234567»'], ['A1234567']],
  'DriversLicense-US': [
    [
      'driver license «D1234567»',
      "driver's license: «S123-4567-8901»",
      'dl# «12345678»',
      'DL: «WDLABCD456DG»',
    ],
    ['D1234567', 'driver license pending'],
  ],
};

it('tries every identifier', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual([...managedIdentifiers.keys()].toSorted());
});

describe.each(Object.entries(TABLE))('%s', (name, [right, wrong]) => {
  it.each(right)('finds it in %j', (marked) => {
    const expected = [...marked.matchAll(/«([^»]*)»/g)].map(([, text]) => text);
    expect(expected.length).toBeGreaterThan(0);
    expect(found(name, marked.replaceAll(/[«»]/g, ''))).toEqual(expected);
  });

  it.each(wrong)('finds nothing in %j', (text) => {
    expect(found(name, text)).toEqual([]);
  });
});
