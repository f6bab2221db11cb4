"""The Kibana view 看板: boards as Kibana's API wants them, and the importer that puts them there."""
