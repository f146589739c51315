// Two ways to paint points on a canvas, with the same functions: `load` the points, `paint` them as they are looked at.
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

function attribute(gl, made, name, values, size, type) {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  const at = gl.getAttribLocation(made, name);
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, size, type, false, 0, 0);
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
  let count = 0;
  return {
    name: "webgl",
    load(places, kinds) {
      count = kinds.length;
      attribute(gl, made, "place", places, 2, gl.UNSIGNED_SHORT);
      attribute(gl, made, "kind", kinds, 1, gl.UNSIGNED_BYTE);
    },
    paint(look, scale, { colors, only, size }) {
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
      gl.drawArrays(gl.POINTS, 0, count);
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
    paint(look, scale, { colors, only, size }) {
      const { width, height } = canvas;
      const image = context.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
      const tones = colors.map((color) => pixel(parts(color), 255)), side = Math.max(1, Math.round(size));
      const faint = pixel(FAINT.slice(0, 3), Math.round(FAINT[3] * 255));
      const beneath = only < 0 ? (kind) => kind === 0 : (kind) => kind !== only;
      for (const below of [true, false]) {
        for (let i = 0; i < kinds.length; i += 1) {
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
