"""采集: reads sources into spool files. Knows nothing of sentiment or stores.

The parent imports `crawlers.launch` only, which needs no Scrapy; everything that touches the network
runs in a child process started by `python -m crawlers`.
"""
