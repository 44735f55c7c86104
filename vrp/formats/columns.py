"""Which column says what: headings are known by synonyms, whatever their case, spaces, accents and units.

A heading may carry a unit: `service (min)`, `max_distance km`. Loads may have several columns: `weight`, `volume`,
`demand_2`; their order is the order of the columns.
"""

import re
import unicodedata
from dataclasses import dataclass

_STOPS = {
    "id": "id stop stopid stopno job jobid jobno order orderid orderno ordernumber number no nr nummer numero num "
    "ref reference auftrag auftragsnummer bestellung commande zlecenie zamowienie pedido",
    "name": "name customer customername client clientname cliente kunde kundenname kundennummer klient nom nombre "
    "nazwa label title bezeichnung",
    "address": "address fulladdress addressline addressline1 deliveryaddress adresse adressecomplete "
    "adressedelivraison anschrift lieferadresse vollstandigeadresse adres direccion indirizzo endereco adresa",
    "street": "street streetname streetaddress strasse strassenname rue voie ulica calle via rua gata",
    "house_number": "housenumber houseno streetnumber streetno hausnummer hausnr hnr numerorue numerovoie civico "
    "numerocivico nrdomu numerdomu numerocalle",
    "postcode": "postcode postalcode zip zipcode plz postleitzahl codepostal cp kodpocztowy codigopostal cap",
    "city": "city town village municipality stadt ort wohnort gemeinde ville commune localite miasto miejscowosc "
    "ciudad localidad citta comune localita cidade",
    "latitude": "latitude lat y ycoord gpslat breite breitengrad latitud szerokosc szerokoscgeograficzna",
    "longitude": "longitude lon lng long x xcoord gpslon gpslng laenge laengengrad lange langengrad longitud dlugosc "
    "dlugoscgeograficzna",
    "delivery": "delivery deliver demand qty quantity weight amount load volume units items parcels boxes pallets size "
    "menge gewicht volumen paletten pakete quantite poids colis ilosc waga objetosc palety cantidad peso bultos",
    "pickup": "pickup pickupqty collect collection return returns backhaul abholung retoure rueckgabe ruckgabe "
    "ramassage enlevement odbior zwrot recogida",
    "service": "service servicetime serviceduration duration stoptime timeatstop dwell dwelltime unloading handling "
    "servicezeit standzeit dauer duree dureeservice czas czasobslugi czastrwania duracion tiempo tiemposervicio",
    "setup": "setup setuptime parking ruestzeit rustzeit",
    "open": "from open opens opening ready readytime start earliest starttime timefrom windowstart windowfrom twstart "
    "timewindowstart von ab oeffnet offnet frueh de debut ouverture od otwarcie desde inicio apertura",
    "close": "to until till close closes closing due duedate duetime end latest endtime timeto windowend windowto "
    "twend timewindowend deadline bis spaet schliesst a fin fermeture do zamkniecie hasta cierre",
    "time_windows": "timewindows timewindow window windows tw openinghours hours zeitfenster oeffnungszeiten "
    "offnungszeiten horaires creneaux oknoczasowe godziny godzinyotwarcia horario ventanas",
    "release_time": "release releasetime readyfrom available availablefrom",
    "skills": "skills skill requirements requires tags faehigkeiten fahigkeiten kenntnisse competences umiejetnosci "
    "habilidades",
    "allowed_vehicles": "allowedvehicles vehicles fahrzeuge vehicules pojazdy vehiculos",
    "priority": "priority prio prioritaet prioritat priorite priorytet prioridad",
    "penalty": "penalty prize dropcost strafe penalite kara penalizacion",
    "description": "description notes note comment comments remarks instructions beschreibung bemerkung notiz hinweis "
    "remarque opis uwagi notas descripcion observaciones",
    "type": "type kind stoptype art typ tipo",
}
_VEHICLES = {
    "id": "id vehicle vehicleid name fahrzeug vehicule pojazd vehiculo number no nr plate licenseplate kennzeichen",
    "type": "type vehicletype class typ fahrzeugtyp tipo",
    "description": "description driver notes fahrer chauffeur kierowca conductor",
    "count": "count available qty quantity anzahl nombre ilosc liczba cantidad howmany",
    "profile": "profile mode profil",
    "speed_factor": "speedfactor speed",
    "latitude": "latitude lat y startlat startlatitude starty depotlat depotlatitude breite breitengrad latitud",
    "longitude": "longitude lon lng long x startlon startlng startlongitude startx depotlon depotlng depotlongitude "
    "laenge lange longitud",
    "address": "address startaddress depotaddress adresse startadresse depotadresse adressedepot anschrift adres "
    "direccion indirizzo",
    "end_address": "endaddress zieladresse endadresse adressefin",
    "end_latitude": "endlat endlatitude endy",
    "end_longitude": "endlon endlng endlongitude endx",
    "depot": "depot startdepot home base lager magazyn deposito",
    "end_depot": "enddepot",
    "capacity": "capacity cap maxload load weight maxweight volume maxvolume demand payload pallets kapazitaet "
    "kapazitat nutzlast capacite ladownosc pojemnosc capacidad",
    "open": "from start shiftstart shiftfrom starttime timefrom earliest timewindowstart von ab debut de od desde "
    "inicio",
    "close": "to until end shiftend shiftto endtime timeto latest timewindowend bis fin a do hasta",
    "time_windows": "timewindow shift hours workinghours schicht arbeitszeit turno zmiana",
    "skills": "skills skill tags faehigkeiten fahigkeiten competences umiejetnosci habilidades",
    "fixed": "fixed fixedcost costfixed costsfixed fixkosten coutfixe",
    "per_km": "perkm costperkm costskm costsperkm kmcost kosteprokm kostenprokm",
    "per_hour": "perhour costperhour costsperhour hourcost hourly kostenprostunde",
    "max_duration": "maxduration maxtime maxroutetime maxworkingtime",
    "max_travel_time": "maxtraveltime maxdriving",
    "max_distance": "maxdistance range reichweite",
    "max_tasks": "maxtasks maxstops maxjobs",
    "breaks": "break breaks pause lunch przerwa descanso",
    "break_duration": "breakduration breaklength pausedauer",
}
LOADS = ("delivery", "pickup", "capacity")  # these may have several columns
_UNITS = {
    "s": "s sec secs second seconds sek sekunden secondes segundos sekundy",
    "min": "min mins minute minutes minuten minutos minuty minut",
    "h": "h hr hrs hour hours std stunden heures horas godz",
    "km": "km kms kilometer kilometers kilometres",
    "": "m meter meters metres kg kgs t lb lbs l m3 cbm pcs stk szt pieces",
}
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def _by_synonym(table: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words.split()}


_FIELDS = {"stops": _by_synonym(_STOPS), "vehicles": _by_synonym(_VEHICLES)}
_UNIT_OF = _by_synonym(_UNITS)


@dataclass(frozen=True)
class Column:
    """A column of a table: its own heading, and what it says (`None`: nothing we know; kept as free data)."""

    index: int
    heading: str
    field: str | None = None
    unit: str = ""


def recognise(headings: list[str], kind: str) -> list[Column]:
    """This will say for each heading of a table of `stops` or `vehicles` what its column holds.

    Of two columns for the same thing the first one counts; the other is kept as free data.
    """
    columns, taken = [], set()
    for index, heading in enumerate(headings):
        field, unit = _meaning(heading, _FIELDS[kind])
        if field in taken and field not in LOADS:
            field, unit = None, ""
        taken.add(field)
        columns.append(Column(index, heading, field, unit))
    return columns


def _meaning(heading: str, fields: dict[str, str]) -> tuple[str | None, str]:
    words = _words(heading)
    unit = ""
    if "".join(words) not in fields and len(words) > 1 and words[-1] in _UNIT_OF:
        unit = _UNIT_OF[words.pop()]
    name = "".join(words)
    field = fields.get(name)
    if field is None and fields.get(name.rstrip("0123456789")) in LOADS:
        field = fields[name.rstrip("0123456789")]
    return field, unit


def _words(heading: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading[:200])
    plain = unicodedata.normalize("NFKD", apart.casefold().translate(_LETTERS))
    return re.findall(
        r"[a-z]+[0-9]*|[0-9]+", "".join(char for char in plain if not unicodedata.combining(char))
    )
