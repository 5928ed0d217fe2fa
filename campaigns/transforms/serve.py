"""Runs the functions for forward.mjs, which stands in for them in the local cloud.

Usage: serve.py flights|weather; prints the port it listens on.
"""

import json
import sys
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
from handler import CLEAN, handler


class Invocation(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            handler(asked["event"], boto3.client("s3", **asked["s3"]), CLEAN[sys.argv[1]])
            status, text = 200, ""
        except Exception:
            status, text = 500, traceback.format_exc()
        self.send_response(status)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Invocation)
print(server.server_port, flush=True)
server.serve_forever()
