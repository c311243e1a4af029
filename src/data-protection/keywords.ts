/**
 * The keywords that AWS lists for each kind of sensitive data.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-sensitive-data-types.html
 * Driving licences have theirs in `driving-licences.ts`.
 */

/** Keywords in one text, with commas between. */
export const keywords = (list: string): readonly string[] => list.split(/,\s+/);

export const secretKey = keywords(
  'aws_secret_access_key, credentials, secret access key, secret key, set-awscredential',
);

// ---------------------------------------------------------------- financial

const account =
  'account code, account number, accountno#, accountnumber#, bban, customer account id, ' +
  'customer account number, customer bank account id, iban';

export const bankAccount = {
  DE: keywords(
    `${account}, bankleitzahl, geheimzahl, kartennummer, kontonummer, kreditkartennummer, sepa`,
  ),
  ES: keywords(
    `${account}, código cuenta, código cuenta bancaria, cuenta cliente id, ` +
      'número cuenta bancaria cliente, número cuenta cliente',
  ),
  FR: keywords(`${account}, code bancaire, compte bancaire, numéro de compte`),
  GB: keywords(`${account}, sepa`),
  IT: keywords(`${account}, codice bancario, conto bancario, numero di conto`),
  US: keywords(
    'bank account, bank acct, checking account, checking acct, deposit account, deposit acct, ' +
      'savings account, savings acct, chequing account, chequing acct',
  ),
} as const;

export const cardExpiration = keywords('exp d, exp m, exp y, expiration, expiry');

export const magneticStripe = keywords('card data, iso7813, mag, magstripe, stripe, swipe');

export const cardNumber = keywords(
  'account number, american express, amex, bank card, card, card num, card number, cc #, ccn, ' +
    'check card, credit, credit card#, dankort, debit, debit card, diners club, discover, ' +
    'electron, elo verification code, japanese card bureau, jcb, mastercard, mc, pan, ' +
    'payment account number, payment card number, pcn, union pay, visa',
);

export const securityCode = keywords(
  'card id, card identification code, card identification number, card security code, ' +
    'card validation code, card validation number, card verification data, ' +
    'card verification value, cvc, cvc2, cvv, cvv2, elo verification code',
);

// ---------------------------------------------------------------- health

export const drugEnforcement = keywords('dea number, dea registration');

export const healthCardEurope = keywords(
  'assicurazione sanitaria numero, carta assicurazione numero, carte d’assurance maladie, ' +
    "carte européenne d'assurance maladie, ceam, ehic, ehic#, finlandehicnumber#, " +
    'gesundheitskarte, hälsokort, health card, health card number, health insurance card, ' +
    'health insurance number, insurance card number, krankenversicherungskarte, ' +
    'krankenversicherungsnummer, medical account number, numero conto medico, ' +
    'numéro d’assurance maladie, numéro de carte d’assurance, numéro de compte medical, ' +
    'número de cuenta médica, número de seguro de salud, número de tarjeta de seguro, ' +
    'sairaanhoitokortin, sairausvakuutuskortti, sairausvakuutusnumero, sjukförsäkring nummer, ' +
    'sjukförsäkringskort, suomi ehic-numero, tarjeta de salud, terveyskortti, ' +
    'tessera sanitaria assicurazione numero, versicherungsnummer, ' +
    'finland health insurance card, finska sjukförsäkringskort, suomen sairausvakuutuskortti',
);

export const healthClaim = keywords(
  'health insurance claim number, hic no, hic no., hic number, hic#, hicn, hicn#., hicno#',
);

export const healthInsuranceFrance = keywords(
  "carte d'assuré social, carte vitale, insurance card",
);

export const procedureCode = keywords(
  'current procedural terminology, hcpcs, healthcare common procedure coding system',
);

export const medicare = keywords('mbi, medicare beneficiary');

export const drugCode = keywords('national drug code, ndc');

export const providerId = keywords('hipaa, n.p.i, national provider, npi');

export const nhs = keywords('national health service, NHS');

export const healthNumberCanada = keywords(
  'canada healthcare number, msp number, personal healthcare number, phn, soins de santé',
);

// ---------------------------------------------------------------- personal

export const birthDate = keywords(
  'dob, date of birth, birthdate, birth date, birthday, b-day, bday',
);

export const postalCodeBrazil = keywords(
  'cep, código de endereçamento postal, codigo de endereçamento postal',
);

export const companyBrazil = keywords(
  'cadastro nacional da pessoa jurídica, cadastro nacional da pessoa juridica, cnpj',
);

export const personBrazil = keywords(
  'cadastro de pessoas fisicas, cadastro de pessoas físicas, cadastro de pessoa física, ' +
    'cadastro de pessoa fisica, cpf',
);

export const electoralRoll = keywords(
  'electoral#, electoral #, electoralnumber, electoral number, electoralroll#, ' +
    'electoral roll#, electoral roll #, electoral roll no., electoral roll number, electoralrollno',
);

export const taxpayer = {
  DE: keywords(
    'identifikationsnummer, steuer id, steueridentifikationsnummer, steuernummer, tax id, ' +
      'tax identification number, tax number',
  ),
  ES: keywords(
    'cif, cif número, cifnúmero#, nie, nif, número de contribuyente, ' +
      'número de identidad de extranjero, número de identificación fiscal, ' +
      'número de impuesto corporativo, personal tax number, tax id, tax identification number, ' +
      'tax number, tin, tin#',
  ),
  FR: keywords(
    "numéro d'identification fiscale, tax id, tax identification number, tax number, tin, tin#",
  ),
  GB: keywords(
    'paye, tax id, tax id no., tax id number, tax identification, tax identification#, tax no., ' +
      'tax number, tax reference, tax#, taxid#, temporary reference number, tin, trn, ' +
      'unique tax reference, unique taxpayer reference, utr',
  ),
  US: keywords('individual taxpayer identification number, itin, i.t.i.n.'),
} as const;

export const nationalId = {
  BR: keywords('registro geral, rg'),
  DE: keywords(
    'ausweisnummer, id number, identification number, identity number, insurance number, ' +
      'personal id, personalausweis',
  ),
  ES: keywords(
    'dni, dni#, dninúmero#, documento nacional de identidad, identidad único, identidadúnico#, ' +
      'insurance number, national identification number, national identity, nationalid#, ' +
      'nationalidno#, número nacional identidad, personal identification number, ' +
      'personal identity no, unique identity number, uniqueid#',
  ),
  FR: keywords(
    'assurance sociale, carte nationale d’identité, cni, code sécurité sociale, ' +
      'french social security number, fssn#, insee, insurance number, national id number, ' +
      "nationalid#, numéro d'assurance, sécurité sociale, sécurité sociale non., " +
      'sécurité sociale numéro, social, social security, social security number, ' +
      'socialsecuritynumber, ss#, ssn, ssn#',
  ),
  IT: keywords(
    'codice fiscal, codice fiscale, dati anagrafici, ehic, health card, health insurance card, ' +
      'p. iva, partita i.v.a., personal data, tax code, tessera sanitaria',
  ),
} as const;

export const nationalInsurance = keywords(
  'insurance no., insurance number, insurance#, national insurance number, nationalinsurance#, ' +
    'nationalinsurancenumber, nin, nino',
);

export const passport = {
  CA: keywords('passeport, passeport#, passport, passport#, passportno, passportno#'),
  DE: keywords(
    'ausstellungsdatum, ausstellungsort, geburtsdatum, passport, passports, reisepass, ' +
      'reisepass–nr, reisepassnummer',
  ),
  ES: keywords(
    'españa pasaporte, libreta pasaporte, número pasaporte, pasaporte, passport, passport book, ' +
      'passport no, passport number, spain passport',
  ),
  FR: keywords(
    'numéro de passeport, passeport, passeport#, passeport #, passeportn °, passeport n °, ' +
      'passeportNon, passeport non',
  ),
  GB: keywords(
    'passeport #, passeport n °, passeportNon, passeport non, passeportn °, passport #, ' +
      'passport no, passport number, passport#, passportid',
  ),
  IT: keywords(
    'italian passport number, numéro passeport, numéro passeport italien, passaporto, ' +
      'passaporto italiana, passaporto numero, passport number, repubblica italiana passaporto',
  ),
  US: keywords('passport, travel document'),
} as const;

export const permanentResident = keywords(
  'carte résident permanent, numéro carte résident permanent, numéro résident permanent, ' +
    'permanent resident card, permanent resident card number, permanent resident no, ' +
    'permanent resident no., permanent resident number, pr no, pr no., pr non, pr number, ' +
    'résident permanent no., résident permanent non',
);

const phoneWords =
  'cell, contact, fax, fax number, mobile, phone, phone number, tel, telephone, telephone number';

export const phone = keywords(phoneWords);

export const phoneBrazil = keywords(
  `${phoneWords}, cel, celular, fone, móvel, número residencial, numero residencial, telefone`,
);

export const socialInsurance = keywords(
  "canadian id, numéro d'assurance sociale, social insurance number, sin",
);

export const socialSecurity = {
  ES: keywords(
    'número de la seguridad social, social security no., ' +
      'social security no. número de la seguridad social, social security number, ' +
      'socialsecurityno#, ssn, ssn#',
  ),
  US: keywords('social security, ss#, ssn'),
} as const;

export const zipCode = keywords('zip code, zip+4');

export const coordinates = keywords(
  'coordinate, coordinates, lat long, latitude longitude, location, position',
);

export const vehicle = keywords(
  'Fahrgestellnummer, niv, numarul de identificare, numarul seriei de sasiu, serie sasiu, ' +
    'numer VIN, Número de Identificação do Veículo, Número de Identificación de Automóviles, ' +
    "numéro d'identification du véhicule, vehicle identification number, vin, VIN numeris",
);
