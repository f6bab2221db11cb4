"""The search cluster 检索集群: a copy of the record's posts in Elasticsearch, rebuilt from it at any time.

Nothing here decides what is true: posts go in by revision, and answers equal the record's own.
"""
