"""The demo's world 示例数据: an invented affair, the site it happens on, a mailbox for the alert."""
