"""Three countries for a lab that is given none; what the house ships is in etc/countries."""

from __future__ import annotations

from fastagi_server.telephony.country import Country, Texts

LAB_COUNTRIES = (
    Country(
        slug="mexico",
        iso="MX",
        languages=("es",),
        connect_key="3",
        texts=Texts(
            identification="Buenas tardes. Le llama el laboratorio de Discador.",
            optout="Para no recibir más llamadas, marque nueve.",
            offer="Para hablar con un asesor, marque tres. Para repetir este mensaje, marque cero.",
        ),
    ),
    Country(
        slug="usa",
        iso="US",
        languages=("en",),
        connect_key="1",
        texts=Texts(
            identification="Good afternoon. This is a call from the Discador laboratory.",
            optout="To stop receiving these calls, press nine.",
            offer="To speak with an agent, press one. To hear this message again, press zero.",
        ),
    ),
    Country(
        slug="brasil",
        iso="BR",
        languages=("pt",),
        connect_key="1",
        texts=Texts(
            identification="Boa tarde. Aqui é o laboratório Discador.",
            optout="Para não receber mais ligações, digite nove.",
            offer="Para falar com um atendente, digite um. Para ouvir de novo, digite zero.",
        ),
    ),
)
