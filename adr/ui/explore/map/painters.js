// Two ways to paint points on a canvas, with the same functions: `load` the points, `paint` every n-th of them as they are
// looked at, `wait` until they are painted.
// Points of kind 0 lie beneath the others; so do those that are not of the kind `only`, in a faint colour.
const FAINT = [0.5, 0.52, 0.57, 0.22], MOST = 32;

const VERTEX = `#version 300 es
in vec2 place;
in float kind;
uniform vec2 middle, scale;
uniform float size, only;
uniform vec4 colors[${MOST}], faint;
out vec4 color;
void main() {
  bool aside = only >= 0.0 && kind != only;
  gl_Position = vec4((place - middle) * scale, aside ? 0.6 : kind == 0.0 ? 0.3 : 0.0, 1.0);
  gl_PointSize = size;
  color = aside ? faint : colors[int(kind)];
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 color;
uniform float rounded;
out vec4 painted;
void main() {
  if (rounded > 0.0 && length(gl_PointCoord - 0.5) > 0.5) discard;
  painted = vec4(color.rgb * color.a, color.a);
}`;

// A colour as a pixel of an image: the bytes of red, green, blue and alpha.
const pixel = (rgb, alpha) => rgb.reduceRight((sum, part) => sum * 256 + Math.round(part * 255), alpha);
const parts = (color) => [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16) / 255);

function program(gl) {
  const made = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return gl.getProgramParameter(made, gl.LINK_STATUS) ? made : null;
}

// A list of values, one or two for each point, of which every n-th can be painted.
function attribute(gl, made, name, size, type, bytes) {
  const buffer = gl.createBuffer(), at = gl.getAttribLocation(made, name);
  gl.enableVertexAttribArray(at);
  return {
    load(values) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    },
    take(every) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.vertexAttribPointer(at, size, type, false, every * size * bytes, 0);
    },
  };
}

// null where the browser has no WebGL, as Chrome on a machine without graphics may.
export function withWebGL(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  const made = gl && program(gl);
  if (!made) return null;
  gl.useProgram(made);
  gl.enable(gl.DEPTH_TEST);
  gl.depthFunc(gl.LEQUAL);
  const at = (name) => gl.getUniformLocation(made, name);
  const place = attribute(gl, made, "place", 2, gl.UNSIGNED_SHORT, 2);
  const kind = attribute(gl, made, "kind", 1, gl.UNSIGNED_BYTE, 1);
  let count = 0;
  return {
    name: "webgl",
    load(places, kinds) {
      count = kinds.length;
      place.load(places);
      kind.load(kinds);
    },
    wait() {
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    },
    paint(look, scale, { colors, only, size, every }) {
      const { width, height } = canvas;
      gl.viewport(0, 0, width, height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.uniform2f(at("middle"), look.x, look.y);
      gl.uniform2f(at("scale"), (2 * scale) / width, (2 * scale) / height);
      gl.uniform1f(at("size"), size);
      gl.uniform1f(at("only"), only);
      gl.uniform1f(at("rounded"), size > 3 ? 1 : 0);
      gl.uniform4fv(at("faint"), FAINT);
      gl.uniform4fv(at("colors"), colors.flatMap((color) => [...parts(color), 1]));
      place.take(every);
      kind.take(every);
      gl.drawArrays(gl.POINTS, 0, Math.ceil(count / every));
    },
  };
}

export function onPixels(canvas) {
  const context = canvas.getContext("2d");
  let places = new Uint16Array(), kinds = new Uint8Array();
  return {
    name: "pixels",
    load(newPlaces, newKinds) {
      [places, kinds] = [newPlaces, newKinds];
    },
    wait() {},
    paint(look, scale, { colors, only, size, every }) {
      const { width, height } = canvas;
      const image = context.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
      const tones = colors.map((color) => pixel(parts(color), 255)), side = Math.max(1, Math.round(size));
      const faint = pixel(FAINT.slice(0, 3), Math.round(FAINT[3] * 255));
      const beneath = only < 0 ? (kind) => kind === 0 : (kind) => kind !== only;
      for (const below of [true, false]) {
        for (let i = 0; i < kinds.length; i += every) {
          if (beneath(kinds[i]) !== below) continue;
          const left = Math.round((places[2 * i] - look.x) * scale + width / 2 - side / 2);
          const top = Math.round(height / 2 - (places[2 * i + 1] - look.y) * scale - side / 2);
          if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
          const tone = below && only >= 0 ? faint : tones[kinds[i]];
          for (let row = top; row < top + side; row += 1) pixels.fill(tone, row * width + left, row * width + left + side);
        }
      }
      context.putImageData(image, 0, 0);
    },
  };
}
