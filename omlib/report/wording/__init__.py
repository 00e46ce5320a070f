"""The texts, by code: English, then Chinese. One file per field; both languages always together."""
